"""Use case: what is in a source's spool becomes batches on `performance-raw`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from collector_hyperv.domain.packing import pack
from collector_hyperv.domain.polls import Poll
from collector_hyperv.metrics import SPOOL_BYTES, VALUES_PUBLISHED
from collector_hyperv.status import SourceProgress
from surveyor_kit.clock import Clock
from surveyor_kit.collecting.run import Run
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import crash_point
from surveyor_kit.logging import get_logger
from surveyor_kit.spool import Extent, Loss, Segment, Spool
from surveyor_schemas.performance.performance_sampled_v1 import MachineSamples, PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

log = get_logger(__name__)


def poll_extent(poll: Poll) -> Extent:
    """Return what a poll is about, for when it has to be given up."""
    return Extent(
        from_at=poll.sampled_at,
        until_at=poll.sampled_at,
        machine_ids=frozenset(machine.machine_id for machine in poll.machines),
        value_count=poll.value_count(),
    )


class SourcePublisher:
    """Publishes one source's polls in batches whose numbers have no gap.

    A number is given when a batch is about to be sent and is used up when the broker has it, so a batch that
    could not be sent before the end has none: its polls stay in the spool for the next run.
    """

    def __init__(
        self,
        run: Run,
        progress: SourceProgress,
        spool: Spool[Poll],
        publisher: Publisher,
        clock: Clock,
        *,
        interval_seconds: int,
    ) -> None:
        self._run, self._progress, self._spool = run, progress, spool
        self._publisher, self._clock = publisher, clock
        self._interval_seconds = interval_seconds

    async def publish_pending(self) -> None:
        """Publish everything in the spool, oldest first, and what it had to drop."""
        self._spool.seal()
        while (segment := self._spool.take()) is not None:
            # Beside the event loop: joining the polls of many machines takes its time.
            for machines in await asyncio.to_thread(self._batches, segment):
                await self._publish_batch(machines)
            crash_point("collector-before-discard")
            self._spool.discard(segment)
            SPOOL_BYTES.labels(self._progress.source_id).set(self._spool.size_bytes)
        await self._publish_losses(self._spool.losses())

    def _batches(self, segment: Segment) -> list[list[MachineSamples]]:
        columns = (column for poll in self._spool.read(segment) for column in poll.columns())
        return list(pack(columns, self._interval_seconds))

    async def _publish_batch(self, machines: list[MachineSamples]) -> None:
        published = self._progress.published
        batch_no = published.last_batch_no + 1
        await self._publisher.publish(
            PerformanceSampled(
                source_id=self._progress.source_id,
                source_kind="hyperv",
                collector_id=self._run.collector_id,
                run_id=self._run.run_id,
                batch_no=batch_no,
                collected_at=self._clock.now(),
                generated=False,
                machines=machines,
            )
        )
        values = value_count(machines)
        published.last_batch_no = batch_no
        published.value_count += values
        VALUES_PUBLISHED.labels(self._progress.source_id).inc(values)

    async def _publish_losses(self, losses: Sequence[Loss]) -> None:
        if not losses:
            return
        await self._publisher.publish_many([self._samples_lost(loss) for loss in losses])
        self._spool.forget_losses(len(losses))

    def _samples_lost(self, loss: Loss) -> SamplesLost:
        return SamplesLost(
            source_id=self._progress.source_id,
            collector_id=self._run.collector_id,
            run_id=self._run.run_id,
            from_at=datetime.fromtimestamp(loss.from_at, UTC),
            until_at=datetime.fromtimestamp(loss.until_at, UTC),
            machine_count=loss.machine_count,
            value_count=loss.value_count,
            reason=loss.reason,
            detail="dropped from the collector's spool",
            collected_at=self._clock.now(),
        )


def value_count(machines: Sequence[MachineSamples]) -> int:
    """Return how many values a batch carries, those without data left out."""
    return sum(
        value is not None for machine in machines for series in machine.series for value in series.values
    )
