"""The collector as a process, and how it is told of a simulated host."""

from pathlib import Path
from typing import Any

from devstack.fixtures.collector import Published, collector_process
from devstack.fixtures.service import ServiceProcess
from devstack.hyperv.fixture import RunningHost
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

OFTEN = {"poll_interval_seconds": 10, "inventory_interval_seconds": 2, "image_refresh_seconds": 1}


def source_for(host: RunningHost, source_id: str, **changes: Any) -> dict[str, Any]:
    """Return a source's entry."""
    source: dict[str, Any] = {
        "source_id": source_id,
        "host": host.host,
        "port": host.port,
        "transport": "https" if host.certificate else "http",
        "username": host.username,
        "password": host.password,
    }
    if host.certificate:
        source["tls"] = {"ca_file": str(host.certificate)}
    return {**source, **changes}


def a_collector(
    directory: Path, kafka: KafkaSettings, sources: list[dict[str, Any]], **settings: Any
) -> ServiceProcess:
    """Return a collector of the sources, not yet started, which reads often."""
    return collector_process("collector_hyperv", directory, kafka, sources, **{**OFTEN, **settings})


def heartbeat(read: Published) -> CollectorHeartbeat | None:
    """The latest one since the sources were taken."""
    return next((beat for beat in reversed(read.of(CollectorHeartbeat)) if beat.sources), None)
