"""Commands that need the store: its address and credentials come from the environment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from assessor.adapters.statements import PromptClickHouse
from assessor.commands.ending import fail
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.errors import RetryableError, SchemaOutdated, StoreError
from surveyor_kit.migrations import require_current
from surveyor_kit.settings import ClickHouseSettings, load_settings

Result = TypeVar("Result")


def with_store(job: Callable[[PromptClickHouse], Awaitable[Result]]) -> Result:
    """Run a job on the store that `SURVEYOR_CLICKHOUSE__…` names; end the command when it cannot be used."""
    settings = load_settings(ClickHouseSettings)
    # What goes wrong is said below, in one line, and not by the driver as well.
    logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())

    async def run() -> Result:
        async with ClickHouse(settings) as store:
            await require_current(store)
            return await job(PromptClickHouse(store))

    try:
        return asyncio.run(run())
    except SchemaOutdated as error:
        fail(f"{settings.url}: {error}")
    except (RetryableError, StoreError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        fail(f"ClickHouse at {settings.url} (SURVEYOR_CLICKHOUSE__URL) does not serve this: {reason}")
