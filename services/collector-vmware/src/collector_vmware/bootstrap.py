"""The one place where the collector is put together."""

import asyncio
import contextlib
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from uuid import UUID, uuid4

from collector_vmware.adapters.published_state import DISCOVERY, PERFORMANCE, STATUS, PublishedState
from collector_vmware.followers import Followers
from collector_vmware.heartbeat import Heartbeats
from collector_vmware.racing import Stopped, unless_stopped
from collector_vmware.settings import CollectorVmwareSettings, SourceSettings
from collector_vmware.source_parts import SourceParts
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventPublisher, Publisher, check_topics
from surveyor_kit.kafka.shares import Shares
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings

log = get_logger(__name__)

SERVICE = "collector-vmware"
LEFT_OVER_SECONDS = 60.0
"""How often to look for samples on disk of sources that are not followed here."""


@dataclass
class Collector:
    """The process: its share of the sources, its state in the broker, its heartbeat."""

    settings: CollectorVmwareSettings
    sources: Sequence[SourceSettings]
    kafka: KafkaSettings
    clock: Clock = field(default_factory=SystemClock)
    run_id: UUID = field(default_factory=uuid4)
    """This start of the process."""
    health: Health = field(default_factory=Health)

    async def run(self, stopping: Stopping) -> None:
        """Collect from this replica's share of the sources until the process is to stop."""
        shares = self._shares()
        async with AsyncExitStack() as stack:
            app = health_app(self.health)
            await stack.enter_async_context(serving(app, self.settings.http_host, self.settings.http_port))
            try:
                publisher = await unless_stopped(stopping, self._connected(stack))
            except Stopped:
                return
            await self._collect(shares, publisher, stopping)

    async def _connected(self, stack: AsyncExitStack) -> Publisher:
        """Wait for the broker, and make sure that it has the topics."""
        publisher = EventPublisher(self.kafka, client_id=self.settings.collector_id, health=self.health)
        await stack.enter_async_context(publisher)
        await check_topics(self.kafka, [DISCOVERY, PERFORMANCE, STATUS], health=self.health)
        return publisher

    async def _collect(self, shares: Shares, publisher: Publisher, stopping: Stopping) -> None:
        async with Followers(self._parts(publisher)) as followers, asyncio.TaskGroup() as tasks:
            heartbeats = self._heartbeats(followers, publisher)
            beating = tasks.create_task(heartbeats.run(stopping))
            tasks.create_task(_publish_left_over(followers, stopping))
            await shares.run(stopping, followers)
            await beating
            await heartbeats.send_last()

    def _shares(self) -> Shares:
        return Shares(
            self.kafka,
            group=self.settings.group,
            items=[source.source_id for source in self.sources],
            client_id=self.settings.collector_id,
            session_timeout_seconds=self.settings.session_timeout_seconds,
            health=self.health,
        )

    def _parts(self, publisher: Publisher) -> SourceParts:
        by_id = {source.source_id: source for source in self.sources}
        state = PublishedState(self.kafka, self.settings.collector_id)
        return SourceParts(self.settings, by_id, publisher, state, self.clock, self.run_id, self.health)

    def _heartbeats(self, followers: Followers, publisher: Publisher) -> Heartbeats:
        return Heartbeats(
            collector_id=self.settings.collector_id,
            version=version(SERVICE),
            run_id=self.run_id,
            sources=followers,
            publisher=publisher,
            clock=self.clock,
            interval_seconds=self.settings.heartbeat_interval_seconds,
            started_at=self.clock.now(),
        )


async def _publish_left_over(followers: Followers, stopping: Stopping) -> None:
    """Publish what is on disk of sources that another replica follows now, or that nobody lists any more."""
    with contextlib.suppress(Stopped):
        while not stopping.is_set():
            await unless_stopped(stopping, followers.publish_left_over())
            await stopping.sleep(LEFT_OVER_SECONDS)
