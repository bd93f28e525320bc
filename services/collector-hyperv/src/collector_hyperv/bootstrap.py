"""The composition root: from settings to a running collector."""

import asyncio
import sys
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version

from collector_hyperv.adapters.host import CounterReader, InventoryReader, connect
from collector_hyperv.adapters.wsman.connection import Login, unavailable_reason
from collector_hyperv.check import CheckedHost
from collector_hyperv.discovery import DISCOVERY_TOPIC, recall_machines
from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.followers import Followers
from collector_hyperv.heartbeat import Heartbeats
from collector_hyperv.loops import repeat, until_stopping
from collector_hyperv.settings import CollectorHypervSettings, SourceSettings, load_sources
from collector_hyperv.site_parts import SiteParts, observer_of
from collector_hyperv.site_runner import Pace
from collector_hyperv.status import Run
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventPublisher, Publisher, check_topics, read_compacted
from surveyor_kit.kafka.shares import Shares
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.settings import KafkaSettings, setting_name
from surveyor_kit.spool import lock_directory

SERVICE = "collector-hyperv"
TOPICS = (DISCOVERY_TOPIC, "performance-raw", "collector-status")


@dataclass
class Collector:
    """One process: its share of the sites, and its heartbeat."""

    settings: CollectorHypervSettings
    sources: Sequence[SourceSettings]
    kafka: KafkaSettings
    clock: Clock = field(default_factory=SystemClock)
    health: Health = field(default_factory=lambda: Health("kafka_publisher"))

    async def run(self, stopping: Stopping) -> None:
        """Serve health, wait for the broker, then follow a share of the sites until told to stop."""
        async with AsyncExitStack() as stack:
            stack.enter_context(lock_directory(self.settings.spool_dir))
            app = health_app(self.health)
            await stack.enter_async_context(serving(app, self.settings.http_host, self.settings.http_port))
            await until_stopping(stopping, check_topics(self.kafka, TOPICS, health=self.health))
            if stopping.is_set():
                return
            publisher = EventPublisher(self.kafka, client_id=self.settings.collector_id, health=self.health)
            await stack.enter_async_context(publisher)
            await self._collect(publisher, stopping)

    async def _collect(self, publisher: Publisher, stopping: Stopping) -> None:
        run = Run(self.settings.collector_id, uuid.uuid4(), version(SERVICE), self.clock.now())
        parts = self._parts(publisher, run)
        shares = self._shares(parts.sites())
        async with Followers(parts) as followers, asyncio.TaskGroup() as tasks:
            heartbeats = self._heartbeats(run, followers, publisher)
            beating = tasks.create_task(heartbeats.send_until(stopping))
            tasks.create_task(until_stopping(stopping, self._publish_left_over(followers, stopping)))
            await shares.run(stopping, followers)
            await beating
            await heartbeats.send_last()

    def _shares(self, sites: frozenset[str]) -> Shares:
        return Shares(
            self.kafka,
            group=self.settings.group,
            items=sites,
            client_id=self.settings.collector_id,
            session_timeout_seconds=self.settings.session_timeout_seconds,
            health=self.health,
        )

    async def _publish_left_over(self, followers: Followers, stopping: Stopping) -> None:
        """Publish what is on disk of sources that another replica follows now, or nobody any more."""
        interval_seconds = self.settings.publish_interval_seconds
        await repeat(followers.publish_left_over, stopping, interval_seconds=interval_seconds)

    def _parts(self, publisher: Publisher, run: Run) -> SiteParts:
        return SiteParts(
            settings=self.settings,
            sources=self.sources,
            connect=self._connect,
            recall=self._recall,
            publisher=publisher,
            clock=self.clock,
            run=run,
            health=self.health,
            pace=Pace(
                poll=self.settings.poll_interval_seconds,
                inventory=self.settings.inventory_interval_seconds,
                publish=self.settings.publish_interval_seconds,
            ),
        )

    def _heartbeats(self, run: Run, followers: Followers, publisher: Publisher) -> Heartbeats:
        return Heartbeats(run, followers, publisher, self.clock, self.settings.heartbeat_interval_seconds)

    async def _recall(self, source_ids: frozenset[str], sites: frozenset[str]) -> KnownMachines:
        messages = read_compacted(self.kafka, [DISCOVERY_TOPIC], client_id=self.settings.collector_id)
        return await recall_machines(messages, source_ids, sites)

    def _connect(self, source: SourceSettings, address: str) -> tuple[InventoryReader, CounterReader]:
        return open_readers(source, address, image_refresh_seconds=self.settings.image_refresh_seconds)


def refuse_unavailable_logins(settings: CollectorHypervSettings) -> None:
    """End the process with one line on stderr if a source needs a login method that is not installed.

    Raises:
        SystemExit: with code 2.
    """
    for source in load_sources(settings.sources_file):
        reason = unavailable_reason(source.auth)
        if reason is not None:
            name = setting_name(settings.part, "sources_file")
            sys.stderr.write(f"{name}: {source.source_id}: {reason}\n")
            raise SystemExit(2)


def hosts_to_check(sources: Sequence[SourceSettings]) -> list[CheckedHost]:
    """Return every host of the sources, for `--check`."""
    return [
        CheckedHost(
            source.host_key(address),
            observer_of(source, "check"),
            *open_readers(source, address, image_refresh_seconds=0),
        )
        for source in sources
        for address in source.addresses
    ]


def open_readers(
    source: SourceSettings, address: str, *, image_refresh_seconds: float
) -> tuple[InventoryReader, CounterReader]:
    """Return both readers of a host, each with a connection of its own that opens when it is first used."""
    inventory, counters = (connect(logins(source, address)) for _ in range(2))
    return (
        InventoryReader(inventory, image_refresh_seconds=image_refresh_seconds),
        CounterReader(counters),
    )


def logins(source: SourceSettings, address: str) -> list[Login]:
    """Return the ways to one host of a source, the preferred one first."""
    return [
        Login(
            endpoint=endpoint,
            method=source.auth,
            credentials=source.credentials,
            verify_certificate=source.tls.verify,
            ca_file=source.tls.ca_file,
            client_certificate=source.tls.client_certificate_file,
            client_key=source.tls.client_key_file,
        )
        for endpoint in source.endpoints(address)
    ]
