"""The broker is away: samples wait on disk, memory stays flat, and later all of them are on the topic."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from collector_vmware.domain.batches import SampleBatch
from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.sample_progress import SampleProgress
from collector_vmware.domain.samples import SampleTarget, SeriesKey
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.performance_loop import PerformanceLoop
from collector_vmware.ports import Capabilities
from collector_vmware.sample_keeper import SampleKeeper, extent_of
from collector_vmware.sample_publisher import SamplePublisher
from collector_vmware.source_status import SourceBoard
from devstack.fixtures.broker import Kafka
from surveyor_kit.collecting.run import Run
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventConsumer, EventPublisher, Publisher, decode_received
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.spool import Bounds, Spool
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.base import Event
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

from .builders import CPU, a_target
from .scripted_source import NOW, ScriptedSource, value_at

POLLS_PER_PUBLICATION = 15
"""Five minutes."""
OUTAGE_POLLS = 90
"""Thirty minutes."""
TWO_HOURS = Bounds(max_bytes=2**30, max_age_seconds=7_200, segment_seconds=300)


class CollectedSource:
    """One run of what belongs to a source's samples, driven by hand; its clock is the source's."""

    def __init__(
        self,
        directory: Path,
        source: ScriptedSource,
        targets: Sequence[SampleTarget],
        publisher: Publisher,
        bounds: Bounds = TWO_HOURS,
    ) -> None:
        self.source = source
        self.clock = SettableClock()
        self.board = SourceBoard("vc", "vc:443", self.clock, Health())
        self.spool = Spool(directory, SampleBatch, extent_of, bounds, lambda: self.clock.now().timestamp())
        self.progress = SampleProgress(TakenSamples(20), SampleBuffer(2**28))
        self.keeper = SampleKeeper(self.progress, self.spool, self.board, self.clock, 300)
        self.publisher = SamplePublisher(
            Run("c", "vmware", "1", self.clock.now()),
            self.spool,
            self.progress.gaps,
            publisher,
            self.board,
            self.clock,
        )
        self.loop = PerformanceLoop(
            source,
            Capabilities({}, 20, None),
            self.progress,
            lambda: targets,
            self.board,
            poll_interval_seconds=20,
            back_fill=False,
        )

    async def collect(self, polls: int) -> None:
        """Let time go on, poll and spool."""
        for number in range(polls):
            self.source.now += 20
            self.clock.set(datetime.fromtimestamp(self.source.now, UTC))
            await self.loop.poll()
            if number % POLLS_PER_PUBLICATION == POLLS_PER_PUBLICATION - 1:
                await self.keeper.keep()
        await self.keeper.keep()


def values_in(events: Sequence[Event]) -> dict[UUID, dict[int, float]]:
    """Return the values of the CPU series; one that comes twice fails."""
    found: dict[UUID, dict[int, float]] = {}
    for event in events:
        for machine in event.machines if isinstance(event, PerformanceSampled) else ():
            known = found.setdefault(machine.machine_id, {})
            (series,) = [s for s in machine.series if (s.counter, s.instance) == CPU]
            for at, value in zip(machine.timestamps, series.values, strict=True):
                assert value is not None
                assert at not in known
                known[at] = value
    return found


def every_value(targets: Sequence[SampleTarget], start: int, end: int) -> dict[UUID, dict[int, float]]:
    """Return what the source had in (start, end]."""
    times = range(start // 20 * 20 + 20, end + 1, 20)
    return {t.machine_id: {at: float(value_at(t.moref, at)) for at in times} for t in targets}


async def test_half_an_hour_without_broker_is_published_afterwards_oldest_first(tmp_path: Path) -> None:
    targets, publisher = [a_target(n) for n in range(1, 8)], InMemoryPublisher()
    run = CollectedSource(tmp_path, ScriptedSource(), targets, publisher)
    await run.collect(OUTAGE_POLLS)
    assert run.progress.buffer.value_count == 0
    assert publisher.published == []
    await run.publisher.publish_pending()
    newest = [e.machines[0].timestamps[-1] for e in publisher.events() if isinstance(e, PerformanceSampled)]
    assert newest == sorted(newest)
    assert values_in(publisher.events()) == every_value(targets, NOW - 60, run.source.now)
    assert run.spool.size_bytes == 0


async def test_a_restart_during_the_outage_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    targets, publisher, source = [a_target(n) for n in range(1, 4)], InMemoryPublisher(), ScriptedSource()
    before = CollectedSource(tmp_path, source, targets, publisher)
    await before.collect(45)
    after = CollectedSource(tmp_path, source, targets, publisher)
    await after.keeper.restore()
    await after.collect(45)
    await after.publisher.publish_pending()
    assert values_in(publisher.events()) == every_value(targets, NOW - 60, source.now)


async def test_what_the_spool_cannot_hold_is_reported_lost(tmp_path: Path) -> None:
    targets, publisher = [a_target(1)], InMemoryPublisher()
    bounds = Bounds(max_bytes=2**30, max_age_seconds=900, segment_seconds=300)
    run = CollectedSource(tmp_path, ScriptedSource(), targets, publisher, bounds)
    await run.collect(OUTAGE_POLLS)
    await run.publisher.publish_pending()
    published = values_in(publisher.events())[targets[0].machine_id]
    losses = [event for event in publisher.events() if isinstance(event, SamplesLost)]
    assert {loss.reason for loss in losses} == {"spool-expired"}
    assert losses[-1].until_at.timestamp() == min(published) - 20
    everything = every_value(targets, NOW - 60, run.source.now)[targets[0].machine_id]
    assert sum(loss.value_count or 0 for loss in losses) == len(everything) - len(published)


async def test_a_full_disk_keeps_samples_in_memory_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(line: bytes) -> None:
        raise OSError(28, "No space left on device")

    targets, publisher = [a_target(n) for n in range(1, 120)], InMemoryPublisher()
    run = CollectedSource(tmp_path, ScriptedSource(), targets, publisher)
    with monkeypatch.context() as patched:
        patched.setattr(run.spool, "_write", no_space)
        await run.collect(20)
        assert run.board.last_error is not None
        assert run.board.last_error.code == "spool-full"
        assert run.progress.buffer.value_count > 0
    await run.collect(1)
    await run.publisher.publish_pending()
    assert values_in(publisher.events()) == every_value(targets, NOW - 60, run.source.now)


@pytest.mark.parts
@pytest.mark.scale
@pytest.mark.timeout(900)
async def test_ten_thousand_machines_wait_out_half_an_hour_in_flat_memory(
    broker: KafkaSettings, kafka: Kafka, tmp_path: Path
) -> None:
    """6,000 values a second; time is compressed, the broker really dies."""
    keys: list[SeriesKey] = [CPU, *(("net.received.average", str(4000 + n)) for n in range(11))]
    targets = [a_target(n) for n in range(1, 10_001)]
    process = psutil.Process()
    async with EventPublisher(broker, client_id="outage") as publisher:
        run = CollectedSource(tmp_path, ScriptedSource(keys=keys), targets, publisher)
        stopping = Stopping()
        publishing = asyncio.create_task(run.publisher.run(stopping))
        await run.collect(POLLS_PER_PUBLICATION)
        await asyncio.to_thread(kafka.kill)
        before = process.memory_info().rss
        await run.collect(OUTAGE_POLLS)
        assert process.memory_info().rss - before < 300 * 2**20
        await asyncio.to_thread(kafka.start)
        stopping.set()
        await publishing
        await run.publisher.publish_pending()
    assert await published_values(broker) == every_value(targets, NOW - 60, run.source.now)
    assert run.board.published.value_count == 12 * 10_000 * (POLLS_PER_PUBLICATION + OUTAGE_POLLS + 3)


async def published_values(broker: KafkaSettings) -> dict[UUID, dict[int, float]]:
    """Read what is on the topic of this test's source."""
    found: dict[UUID, dict[int, float]] = {}
    async with EventConsumer(broker, ["performance-raw"], client_id="outage-reader") as consumer:
        ends = await consumer.end_offsets()
        while not await consumer.has_reached(ends):
            own = [received for received in await consumer.poll() if received.key == b"vc"]
            for machine_id, values in values_in([decode_received(received) for received in own]).items():
                assert found.setdefault(machine_id, {}).keys().isdisjoint(values)
                found[machine_id] |= values
    return found
