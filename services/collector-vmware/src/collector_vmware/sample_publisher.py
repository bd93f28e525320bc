"""Publish spooled samples in numbered batches, oldest first, and what was lost."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collector_vmware import metrics
from collector_vmware.domain.batches import SampleBatch
from collector_vmware.domain.encoded_batch import encoded_batch
from collector_vmware.domain.sample_progress import Gap, GapReason
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock
from surveyor_kit.collecting.run import Run
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import Stopping, crash_point
from surveyor_kit.spool import Loss, LossReason, Spool
from surveyor_schemas.codec import EncodedEvent
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

BATCHES_AT_ONCE = 8
LONGEST_WAIT_SECONDS = 10.0
"""What a source lost is published this late at most; samples are at once."""


@dataclass
class SamplePublisher:
    """One source's way to `performance-raw`, single-flight.

    A batch's number is taken when it is handed to the broker, and the batch is repeated until it is
    acknowledged: numbers have no gaps. Only the end of the process interrupts that; the whole file of the
    spool is then published again, under new numbers.
    """

    this_run: Run
    spool: Spool[SampleBatch]
    gaps: list[Gap]
    """What the source no longer held; shared with who finds that out."""
    publisher: Publisher
    board: SourceBoard
    clock: Clock
    spooled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is something to publish, or when it is time to stop."""

    async def run(self, stopping: Stopping) -> None:
        """Publish what comes in, until it is time to stop."""
        while not stopping.is_set():
            self.spooled.clear()
            await self.publish_pending()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await self.spooled.wait()

    async def publish_pending(self) -> None:
        """Publish all complete files of the spool, and all losses."""
        while (segment := self.spool.take()) is not None:
            batches = await asyncio.to_thread(self.spool.read, segment)
            for start in range(0, len(batches), BATCHES_AT_ONCE):
                await self._publish(batches[start : start + BATCHES_AT_ONCE])
            crash_point("collector-before-discard")
            self.spool.discard(segment)
            metrics.SPOOL_BYTES.labels(self.board.source_id).set(self.spool.size_bytes)
        await self._publish_losses()

    async def _publish(self, batches: Sequence[SampleBatch]) -> None:
        published = self.board.published
        first = published.last_batch_no + 1
        events = [self._event(number, batch) for number, batch in enumerate(batches, start=first)]
        await self.publisher.publish_many(events)
        values = sum(batch.value_count for batch in batches)
        published.last_batch_no += len(batches)
        published.value_count += values
        metrics.VALUES_PUBLISHED.labels(self.board.source_id).inc(values)

    async def _publish_losses(self) -> None:
        for loss in self.spool.losses():
            await self.publisher.publish(self._dropped(loss))
            self.spool.forget_losses(1)
        while self.gaps:
            await self.publisher.publish(self._gap(self.gaps[0]))
            self.gaps.pop(0)

    def _event(self, batch_no: int, batch: SampleBatch) -> EncodedEvent:
        return encoded_batch(
            batch,
            source_id=self.board.source_id,
            collector_id=self.this_run.collector_id,
            run_id=self.this_run.run_id,
            batch_no=batch_no,
            collected_at=self.clock.now(),
        )

    def _dropped(self, loss: Loss) -> SamplesLost:
        lost = self._lost(loss.from_at, loss.until_at, loss.reason, "dropped from the collector's spool")
        counts = {"machine_count": loss.machine_count, "value_count": loss.value_count}
        return lost.model_copy(update=counts)

    def _gap(self, gap: Gap) -> SamplesLost:
        lost = self._lost(gap.start, gap.end, gap.reason, "the source keeps real-time samples for one hour")
        return lost.model_copy(update={"machine_count": gap.machine_count})

    def _lost(self, start: int, end: int, reason: LossReason | GapReason, detail: str) -> SamplesLost:
        return SamplesLost(
            source_id=self.board.source_id,
            collector_id=self.this_run.collector_id,
            run_id=self.this_run.run_id,
            from_at=_time(start),
            until_at=_time(end),
            machine_count=None,
            value_count=None,
            reason=reason,
            detail=detail,
            collected_at=self.clock.now(),
        )


def _time(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
