"""The collector as a process, for end-to-end tests, and a reader of what it publishes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import yaml

from devstack.hyperv.fixture import RunningHost
from devstack.ports import free_port
from surveyor_kit.kafka import EventConsumer, decode_received
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import Event
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

TOPICS = ("discovery-raw", "performance-raw", "collector-status")
PATIENCE_SECONDS = 180

E = TypeVar("E", bound=Event)


def source_for(host: RunningHost, source_id: str, **changes: Any) -> dict[str, Any]:
    """Return a source's settings; its password stands in a file beside the sources file."""
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


@dataclass
class RunningCollector:
    """One process of the collector."""

    directory: Path
    environment: dict[str, str]
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @classmethod
    def prepare(
        cls, directory: Path, kafka: KafkaSettings, sources: list[dict[str, Any]], **settings: Any
    ) -> "RunningCollector":
        """Write the sources and choose settings with intervals of a second."""
        sources_file = directory / "sources.yaml"
        sources_file.write_text(yaml.safe_dump(sources))
        port = free_port()
        chosen = {
            "collector_id": sources[0]["source_id"] + "-collector",
            "sources_file": sources_file,
            "group": sources[0]["source_id"] + "-collectors",
            "session_timeout_seconds": 6,
            "spool_dir": directory / "spool",
            "http_port": port,
            "poll_interval_seconds": 10,
            "inventory_interval_seconds": 2,
            "publish_interval_seconds": 2,
            "heartbeat_interval_seconds": 1,
            "image_refresh_seconds": 1,
            **settings,
        }
        environment = {
            **os.environ,
            "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            **{f"SURVEYOR_COLLECTOR_HYPERV__{name.upper()}": str(value) for name, value in chosen.items()},
        }
        return cls(directory, environment, port)

    @property
    def log(self) -> str:
        """What the process has written to stderr so far."""
        return (self.directory / "log").read_text()

    def start(self) -> None:
        """Start the process."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "collector_hyperv"],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the process and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Ask `/readyz`."""
        answer = httpx.get(f"http://127.0.0.1:{self.port}/readyz", trust_env=False)
        return answer.status_code, answer.json()

    def metrics(self) -> str:
        """Ask `/metrics`."""
        return httpx.get(f"http://127.0.0.1:{self.port}/metrics", trust_env=False).text


@asynccontextmanager
async def running(collector: RunningCollector) -> AsyncIterator[RunningCollector]:
    """Run a collector for the duration of the block."""
    collector.start()
    try:
        yield collector
    except BaseException:
        sys.stderr.write(collector.log)
        raise
    finally:
        if collector.process is not None and collector.process.poll() is None:
            await asyncio.to_thread(collector.stop)


@dataclass
class Published:
    """What was published of one source, and of those named after it, in the order of reading."""

    consumer: EventConsumer
    source_id: str
    events: list[Event] = field(default_factory=list)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one type."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, condition: Callable[["Published"], Any]) -> Any:
        """Read on until the condition gives something true, and return that."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := condition(self)):
                for received in await self.consumer.poll():
                    event = decode_received(received)
                    if self._is_ours(event):
                        self.events.append(event)
        return found

    def _is_ours(self, event: Event) -> bool:
        if hasattr(event, "source_id"):
            return str(event.source_id).startswith(self.source_id)
        return bool(getattr(event, "collector_id", "") == f"{self.source_id}-collector")


@asynccontextmanager
async def published(kafka: KafkaSettings, source_id: str) -> AsyncIterator[Published]:
    """Read what is published of one source, from the beginning."""
    async with EventConsumer(kafka, TOPICS, client_id=f"test-{source_id}") as consumer:
        yield Published(consumer, source_id)


def heartbeat(read: Published) -> CollectorHeartbeat | None:
    """The latest one since the sources were taken."""
    return next((beat for beat in reversed(read.of(CollectorHeartbeat)) if beat.sources), None)
