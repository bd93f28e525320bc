"""Put the parts together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from portal.deps import Deps
from portal.live import LiveStreams
from portal.session import Sessions
from portal.settings import PortalSettings
from surveyor_kit.clock import SystemClock
from surveyor_kit.health import Health

CHECK_EVERY_SECONDS = 5.0
CHECK_TIMEOUT_SECONDS = 5.0
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)
"""Towards the API: each open page holds a connection for its live stream, however many there are."""
API = "query_api"


@dataclass(frozen=True, slots=True)
class Running:
    """The application's parts, and what keeps its readiness current."""

    deps: Deps

    async def watch_api(self) -> None:
        """Ask the API every few seconds whether it is alive, until cancelled."""
        while True:
            self.deps.health.set(API, *await _api_state(self.deps.http))
            await asyncio.sleep(CHECK_EVERY_SECONDS)


@asynccontextmanager
async def from_settings(settings: PortalSettings) -> AsyncIterator[Running]:
    """Give the application's parts; connections to the API are closed at the end."""
    timeout = httpx.Timeout(settings.api_timeout_seconds)
    async with httpx.AsyncClient(
        base_url=settings.api_url, timeout=timeout, limits=LIMITS, trust_env=False
    ) as http:
        yield Running(put_together(settings, http))


def put_together(settings: PortalSettings, http: httpx.AsyncClient) -> Deps:
    """Return the parts of the application on a client of the API."""
    clock = SystemClock()
    return Deps(
        settings=settings,
        http=http,
        health=Health(API),
        clock=clock,
        sessions=Sessions(settings.session_secret.get_secret_value(), settings.session_hours * 3600),
        live=LiveStreams(),
    )


async def _api_state(http: httpx.AsyncClient) -> tuple[bool, str]:
    try:
        answer = await http.get("/healthz", timeout=CHECK_TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        return False, f"the query API does not answer: {type(error).__name__}"
    return answer.is_success, "" if answer.is_success else f"the query API answers {answer.status_code}"
