"""The parts that pages work with; `bootstrap` puts them together."""

from dataclasses import dataclass

import httpx

from portal.live import LiveStreams
from portal.session import Sessions
from portal.settings import PortalSettings
from surveyor_kit.clock import Clock
from surveyor_kit.health import Health


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything a page may ask for."""

    settings: PortalSettings
    http: httpx.AsyncClient
    """Towards the query API; carries no identity of its own."""
    health: Health
    clock: Clock
    sessions: Sessions
    live: LiveStreams
