"""`python -m portal`: settings, bootstrap, run."""

import asyncio
import contextlib

from portal.app import create_app
from portal.bootstrap import from_settings
from portal.settings import PortalSettings
from surveyor_kit.http_server import serving
from surveyor_kit.lifecycle import Stopping, run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import LogSettings, TracingSettings, load_settings
from surveyor_kit.tracing import configure_tracing

SERVICE = "portal"


def main() -> None:
    """Run the service until it is asked to stop."""
    settings = load_settings(PortalSettings)
    configure_logging(SERVICE, load_settings(LogSettings))
    configure_tracing(SERVICE, load_settings(TracingSettings))

    async def serve(stopping: Stopping) -> None:
        async with from_settings(settings) as running:
            background = asyncio.ensure_future(running.watch_api())
            async with serving(create_app(running.deps), settings.http_host, settings.http_port):
                await stopping
                running.deps.live.end()
            background.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await background

    run(serve)


if __name__ == "__main__":
    main()
