"""The one place where the collector is put together."""

import asyncio
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
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings

log = get_logger(__name__)

SERVICE = "collector-vmware"
RESTORED = "published_state"


@dataclass
class Collector:
    """The process: its sources, its state in the broker, its heartbeat."""

    settings: CollectorVmwareSettings
    sources: Sequence[SourceSettings]
    kafka: KafkaSettings
    clock: Clock = field(default_factory=SystemClock)
    run_id: UUID = field(default_factory=uuid4)
    """This start of the process."""
    health: Health = field(default_factory=lambda: Health(RESTORED))

    async def run(self, stopping: Stopping) -> None:
        """Collect from all sources until the process is to stop."""
        async with AsyncExitStack() as stack:
            app = health_app(self.health)
            await stack.enter_async_context(serving(app, self.settings.http_host, self.settings.http_port))
            try:
                publisher = await unless_stopped(stopping, self._connected(stack))
            except Stopped:
                return
            await self._collect(publisher, stopping)

    async def _connected(self, stack: AsyncExitStack) -> Publisher:
        """Wait for the broker, and make sure that it has the topics."""
        publisher = EventPublisher(self.kafka, client_id=self.settings.collector_id, health=self.health)
        await stack.enter_async_context(publisher)
        await check_topics(self.kafka, [DISCOVERY, PERFORMANCE, STATUS], health=self.health)
        return publisher

    async def _collect(self, publisher: Publisher, stopping: Stopping) -> None:
        every = frozenset(source.source_id for source in self.sources)
        async with Followers(self._parts(publisher)) as followers, asyncio.TaskGroup() as tasks:
            heartbeats = self._heartbeats(followers, publisher)
            beating = tasks.create_task(heartbeats.run(stopping))
            try:
                await unless_stopped(stopping, followers.take(every))
                self.health.set(RESTORED, True)
                await unless_stopped(stopping, followers.publish_left_over())
            except Stopped:
                log.info("stopped_at_start")
            await stopping
            await followers.give_up(every)
            await beating
            await heartbeats.send_last()

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
