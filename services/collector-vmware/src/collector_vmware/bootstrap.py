"""The one place where the collector is put together."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from uuid import UUID, uuid4

from collector_vmware.adapters.published_state import DISCOVERY, PERFORMANCE, STATUS, PublishedState
from collector_vmware.adapters.vsphere_connection import VsphereConnector
from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.sample_progress import REALTIME_INTERVAL_SECONDS, SampleProgress
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.heartbeat import Heartbeats
from collector_vmware.inventory_loop import InventoryLoop
from collector_vmware.racing import Stopped, unless_stopped
from collector_vmware.sample_publisher import SamplePublisher
from collector_vmware.settings import CollectorVmwareSettings, SourceSettings
from collector_vmware.source_runner import SourceRunner
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventPublisher, Publisher, check_topics
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings

log = get_logger(__name__)

SERVICE = "collector-vmware"
BYTES_PER_MIB = 1024 * 1024
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
                runners = [self._runner(source, publisher) for source in self.sources]
                await unless_stopped(stopping, self._restore(runners))
            except Stopped:
                return
            self.health.set(RESTORED, True)
            await self._collect(runners, publisher, stopping)

    async def _connected(self, stack: AsyncExitStack) -> Publisher:
        """Wait for the broker, and make sure that it has the topics."""
        publisher = EventPublisher(self.kafka, client_id=self.settings.collector_id, health=self.health)
        await stack.enter_async_context(publisher)
        await check_topics(self.kafka, [DISCOVERY, PERFORMANCE, STATUS], health=self.health)
        return publisher

    async def _restore(self, runners: Sequence[SourceRunner]) -> None:
        """Learn from the broker what earlier runs have published."""
        state = PublishedState(self.kafka, self.settings.collector_id)
        await state.restore_machines([runner.inventory.known for runner in runners])
        by_source = {runner.board.source_id: runner for runner in runners}
        taken = {source_id: runner.progress.taken for source_id, runner in by_source.items()}
        await state.restore_samples(taken, self.clock.now())
        for source_id, newest in (await state.newest_sample_times()).items():
            if source_id in by_source:
                by_source[source_id].progress.stopped_at = int(newest.timestamp())
        log.info("published_state_read", sources=sorted(by_source))

    async def _collect(
        self, runners: Sequence[SourceRunner], publisher: Publisher, stopping: Stopping
    ) -> None:
        heartbeats = self._heartbeats(runners, publisher)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(heartbeats.run(stopping))
            for runner in runners:
                tasks.create_task(runner.run(stopping))
        await heartbeats.send_last()

    def _heartbeats(self, runners: Sequence[SourceRunner], publisher: Publisher) -> Heartbeats:
        return Heartbeats(
            collector_id=self.settings.collector_id,
            version=version(SERVICE),
            run_id=self.run_id,
            boards=[runner.board for runner in runners],
            publisher=publisher,
            clock=self.clock,
            interval_seconds=self.settings.heartbeat_interval_seconds,
            started_at=self.clock.now(),
        )

    def _runner(self, source: SourceSettings, publisher: Publisher) -> SourceRunner:
        settings = self.settings
        board = SourceBoard(source.source_id, source.address, self.clock, self.health)
        progress = SampleProgress(
            TakenSamples(REALTIME_INTERVAL_SECONDS), SampleBuffer(settings.buffer_mib * BYTES_PER_MIB)
        )
        inventory = InventoryLoop(
            source_id=source.source_id,
            collector_id=settings.collector_id,
            known=KnownMachines(source.source_id, settings.collector_id),
            publisher=publisher,
            board=board,
            clock=self.clock,
            full_read_interval_seconds=settings.full_read_interval_seconds,
        )
        samples = SamplePublisher(
            source_id=source.source_id,
            collector_id=settings.collector_id,
            run_id=self.run_id,
            progress=progress,
            publisher=publisher,
            board=board,
            clock=self.clock,
            publish_interval_seconds=settings.publish_interval_seconds,
        )
        return SourceRunner(
            connector=VsphereConnector(source),
            inventory=inventory,
            progress=progress,
            samples=samples,
            board=board,
            poll_interval_seconds=settings.poll_interval_seconds,
            back_fill=settings.back_fill,
        )
