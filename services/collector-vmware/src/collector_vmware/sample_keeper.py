"""Move taken samples from memory to the spool, where they wait for the broker."""

import asyncio
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from collector_vmware import metrics
from collector_vmware.domain.batches import SampleBatch, pack
from collector_vmware.domain.sample_progress import SampleProgress
from collector_vmware.errors import SpoolFull
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.spool import Extent, Loss, Segment, Spool

log = get_logger(__name__)

BATCHES_AT_ONCE = 8
"""Packed in a thread, then written between other work of the loop."""
CHECK_SECONDS = 5.0
"""How soon a half full buffer is noticed; the source is not asked for more than it takes."""


def extent_of(batch: SampleBatch) -> Extent:
    """Tell what would be lost with a batch."""
    return Extent(
        from_at=batch.oldest_at,
        until_at=batch.newest_at,
        machine_ids=frozenset(machine.machine_id for machine in batch.packed_machines()),
        value_count=batch.value_count,
    )


@dataclass
class SampleKeeper:
    """One source's samples on their way to the disk."""

    progress: SampleProgress
    spool: Spool[SampleBatch]
    board: SourceBoard
    clock: Clock
    publish_interval_seconds: float
    spooled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is something to publish."""

    async def run(self, stopping: Stopping) -> None:
        """Spool whenever it is time or much is waiting; at a stop spool the rest and return."""
        due_at = self.clock.now().timestamp()
        while not await stopping.sleep(min(CHECK_SECONDS, self.publish_interval_seconds)):
            metrics.BUFFERED_VALUES.labels(self.board.source_id).set(self.progress.buffer.value_count)
            now = self.clock.now().timestamp()
            if self.progress.buffer.value_count and (now >= due_at or self.progress.buffer.is_half_full):
                due_at = now + self.publish_interval_seconds
                await self.keep()
        await self.keep()

    async def restore(self) -> None:
        """Note what an earlier run left on disk as taken: it will be published from there."""
        for segment in self.spool.segments():
            await asyncio.to_thread(self._note, segment)

    def _note(self, segment: Segment) -> None:
        for batch in self.spool.read(segment):
            for machine in batch.packed_machines():
                self.progress.taken.take_new(machine.machine_id, machine.samples())
            self.progress.stopped_at = max(batch.newest_at, self.progress.stopped_at or 0)

    async def keep(self) -> None:
        """Write everything that is buffered; what the disk has no room for stays in memory.

        Memory is bounded as well: once it is full the source is not asked for more, and keeps the rest for
        its hour.
        """
        batches = pack(self.progress.buffer.drain(), self.progress.interval_seconds)
        while some := await asyncio.to_thread(lambda: list(itertools.islice(batches, BATCHES_AT_ONCE))):
            for place, batch in enumerate(some):
                if not self._write(batch):
                    await asyncio.to_thread(self._put_back, itertools.chain(some[place:], batches))
                    break
        self.spool.seal()
        self.spooled.set()
        metrics.SPOOL_BYTES.labels(self.board.source_id).set(self.spool.size_bytes)

    def _write(self, batch: SampleBatch) -> bool:
        try:
            losses = self.spool.write(batch)
        except OSError as error:
            self.board.doubted("spool", SpoolFull(error.strerror or type(error).__name__))
            return False
        self.board.settled("spool")
        for loss in losses:
            self._report(loss)
        return True

    def _put_back(self, batches: Iterable[SampleBatch]) -> None:
        for batch in batches:
            for machine in batch.packed_machines():
                self.progress.buffer.add(machine.machine_id, machine.samples())

    def _report(self, loss: Loss) -> None:
        log.warning(
            "samples_dropped", source=self.board.source_id, reason=loss.reason, values=loss.value_count
        )
        metrics.VALUES_LOST.labels(self.board.source_id, loss.reason).inc(loss.value_count)
