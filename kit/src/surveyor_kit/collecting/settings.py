"""Settings that every collector has."""

import socket
from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from surveyor_kit.kafka.shares import SESSION_TIMEOUT_SECONDS
from surveyor_kit.settings import HttpSettings
from surveyor_schemas.base import CollectorId

GIB = 1024**3


class CollectorSettings(HttpSettings):
    """Base of a collector's settings, which add defaults of `collector_id` and `group`."""

    collector_id: CollectorId
    """Key of its heartbeats: keep it over restarts; two processes must not share it."""
    sources_file: Path
    """YAML or JSON: a list of sources; mount it from a secret if it holds passwords."""
    group: str = Field(min_length=1)
    """Replicas of one group share the sources; each follows some of them."""
    session_timeout_seconds: float = Field(default=SESSION_TIMEOUT_SECONDS, ge=3, le=300)
    """The other replicas take over from one of which nothing was heard for so long."""
    spool_dir: Path
    """Where samples wait for the broker; a persistent volume of this process alone."""
    spool_max_bytes: int = Field(default=GIB, ge=1_000_000)
    """Per source."""
    spool_max_age_seconds: int = Field(default=7_200, ge=60)
    publish_interval_seconds: float = Field(default=300, gt=0)
    heartbeat_interval_seconds: float = Field(default=30, gt=0)


def on_this_host(service: str) -> Callable[[], str]:
    """Return what names a service's process by its host, as a default factory."""
    return lambda: f"{service}-{socket.gethostname()}"
