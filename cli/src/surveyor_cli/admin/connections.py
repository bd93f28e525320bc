"""Broker and store, waited for only so long: services retry for ever, a command must end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import KafkaError

from surveyor_cli.exits import UNREACHABLE, fail
from surveyor_kit.errors import RetryableError
from surveyor_kit.kafka.options import is_passing, is_refusal
from surveyor_kit.retry import retry_forever

Result = TypeVar("Result")

TimeoutSeconds = Annotated[
    float,
    typer.Option("--timeout-seconds", min=0.1, help="How long to wait for the broker, and for the store."),
]
TIMEOUT_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 5.0


async def patiently(operation: Callable[[], Awaitable[Result]], part: str, timeout_seconds: float) -> Result:
    """Repeat `operation`, which has to bear it, until `part` answers; end the command if it does not."""
    latest = ""

    async def attempt() -> Result:
        nonlocal latest
        try:
            return await operation()
        except RetryableError as error:
            latest = f": {error}"
            raise
        except KafkaError as error:
            if is_refusal(error) or not is_passing(error):
                raise
            latest = f": {error}"
            raise RetryableError(f"{type(error).__name__}: {error}") from error

    try:
        async with asyncio.timeout(timeout_seconds):
            return await retry_forever(attempt, name=part, cap_seconds=LONGEST_PAUSE_SECONDS)
    except TimeoutError:
        fail(UNREACHABLE, f"the {part} did not answer within {timeout_seconds:g} seconds{latest}")
