"""`python -m query_api`: settings, bootstrap, run."""

import asyncio
import contextlib

from query_api.app import create_app
from query_api.bootstrap import from_settings
from query_api.settings import QueryApiSettings
from surveyor_kit.errors import KitError
from surveyor_kit.http_server import serving
from surveyor_kit.lifecycle import Stopping, run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import (
    ClickHouseSettings,
    KafkaSettings,
    LogSettings,
    TracingSettings,
    load_settings,
)
from surveyor_kit.tracing import configure_tracing

SERVICE = "query-api"


def main() -> None:
    """Run the service until it is asked to stop."""
    settings = load_settings(QueryApiSettings)
    kafka, clickhouse = load_settings(KafkaSettings), load_settings(ClickHouseSettings)
    configure_logging(SERVICE, load_settings(LogSettings))
    configure_tracing(SERVICE, load_settings(TracingSettings))

    async def serve(stopping: Stopping) -> None:
        async with from_settings(settings, kafka, clickhouse) as running:
            background = asyncio.ensure_future(running.background())
            app = create_app(running.deps)
            async with serving(app, settings.http_host, settings.http_port):
                asked = asyncio.ensure_future(stopping)
                await asyncio.wait({asked, background}, return_when=asyncio.FIRST_COMPLETED)
                asked.cancel()
                await _end(background)

    run(serve)


async def _end(background: asyncio.Future[None]) -> None:
    """Stop what runs beside the requests; live streams end with it. Its failure is the service's."""
    background.cancel()
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await background
    except* KitError as group:
        raise group.exceptions[0] from None


if __name__ == "__main__":
    main()
