"""Publish buffered samples in numbered batches, and what was lost."""

import asyncio
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from collector_vmware import metrics
from collector_vmware.domain.batches import pack
from collector_vmware.domain.sample_progress import Gap, SampleProgress
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import Stopping
from surveyor_schemas.performance.performance_sampled_v1 import MachineSamples, PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

BATCHES_AT_ONCE = 8
CHECK_SECONDS = 1.0


@dataclass
class SamplePublisher:
    """One source's way to `performance-raw`, single-flight.

    A batch's number is taken when it is handed to the broker, and the batch is repeated until it is
    acknowledged: numbers have no gaps. Only the end of the process interrupts that.
    """

    source_id: str
    collector_id: str
    run_id: UUID
    progress: SampleProgress
    publisher: Publisher
    board: SourceBoard
    clock: Clock
    publish_interval_seconds: float

    async def run(self, stopping: Stopping) -> None:
        """Publish whenever it is time or much is waiting; at a stop publish the rest and return."""
        due_at = self.clock.now().timestamp()
        while not await stopping.sleep(CHECK_SECONDS):
            metrics.BUFFERED_VALUES.labels(self.source_id).set(self.progress.buffer.value_count)
            now = self.clock.now().timestamp()
            if self._has_something() and (now >= due_at or self.progress.buffer.is_half_full):
                due_at = now + self.publish_interval_seconds
                await self.flush()
        await self.flush()

    async def flush(self) -> None:
        """Publish everything that is buffered."""
        batches = pack(self.progress.buffer.drain(), self.progress.interval_seconds)
        while some := await asyncio.to_thread(lambda: list(itertools.islice(batches, BATCHES_AT_ONCE))):
            await self._publish(some)
        while self.progress.gaps:
            await self.publisher.publish(self._lost(self.progress.gaps[0]))
            self.progress.gaps.pop(0)

    def _has_something(self) -> bool:
        return bool(self.progress.buffer.value_count or self.progress.gaps)

    async def _publish(self, batches: list[list[MachineSamples]]) -> None:
        first = self.board.last_batch_no + 1
        events = [self._event(number, machines) for number, machines in enumerate(batches, start=first)]
        await self.publisher.publish_many(events)
        values = sum(_value_count(machines) for machines in batches)
        self.board.last_batch_no += len(batches)
        self.board.values_published += values
        metrics.VALUES_PUBLISHED.labels(self.source_id).inc(values)

    def _event(self, batch_no: int, machines: list[MachineSamples]) -> PerformanceSampled:
        return PerformanceSampled(
            source_id=self.source_id,
            source_kind="vmware",
            collector_id=self.collector_id,
            run_id=self.run_id,
            batch_no=batch_no,
            collected_at=self.clock.now(),
            generated=False,
            machines=machines,
        )

    def _lost(self, gap: Gap) -> SamplesLost:
        return SamplesLost(
            source_id=self.source_id,
            collector_id=self.collector_id,
            run_id=self.run_id,
            from_at=datetime.fromtimestamp(gap.start, UTC),
            until_at=datetime.fromtimestamp(gap.end, UTC),
            machine_count=gap.machine_count,
            value_count=None,
            reason=gap.reason,
            detail="the source keeps real-time samples for one hour",
            collected_at=self.clock.now(),
        )


def _value_count(machines: Iterable[MachineSamples]) -> int:
    every = (values for machine in machines for series in machine.series for values in [series.values])
    return sum(len(values) - values.count(None) for values in every)
