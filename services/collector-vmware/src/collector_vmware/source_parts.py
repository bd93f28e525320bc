"""Puts together what belongs to one source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote
from uuid import UUID

from collector_vmware.adapters.published_state import PublishedState
from collector_vmware.adapters.vsphere_connection import VsphereConnector
from collector_vmware.domain.batches import SampleBatch
from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.sample_progress import REALTIME_INTERVAL_SECONDS, Gap, SampleProgress
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.inventory_loop import InventoryLoop
from collector_vmware.sample_keeper import SampleKeeper, extent_of
from collector_vmware.sample_publisher import SamplePublisher
from collector_vmware.settings import CollectorVmwareSettings, SourceSettings
from collector_vmware.source_runner import SourceRunner
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.logging import get_logger
from surveyor_kit.spool import Bounds, Spool

log = get_logger(__name__)

BYTES_PER_MIB = 1024 * 1024


@dataclass
class SourceParts:
    """Builds runners; see `followers.Factory`."""

    settings: CollectorVmwareSettings
    sources: Mapping[str, SourceSettings]
    publisher: Publisher
    state: PublishedState
    clock: Clock
    run_id: UUID
    health: Health
    _last_batch_numbers: dict[str, int] = field(default_factory=dict)
    """A source that comes back within this run goes on where its numbers ended."""

    def runner(self, source_id: str) -> SourceRunner:
        """Return a runner that knows nothing of what was published before."""
        source, settings = self.sources[source_id], self.settings
        board = self._board(source_id, source.address, self.health)
        spool = self._spool(source_id)
        progress = SampleProgress(
            TakenSamples(REALTIME_INTERVAL_SECONDS), SampleBuffer(settings.buffer_mib * BYTES_PER_MIB)
        )
        return SourceRunner(
            connector=VsphereConnector(source),
            inventory=self._inventory(board),
            progress=progress,
            keeper=SampleKeeper(progress, spool, board, self.clock, settings.publish_interval_seconds),
            publisher=self._sample_publisher(board, spool, progress.gaps),
            board=board,
            poll_interval_seconds=settings.poll_interval_seconds,
            back_fill=settings.back_fill,
        )

    async def restore(self, runners: Mapping[str, SourceRunner]) -> None:
        """Tell runners what was published of their sources, and what waits on disk."""
        await self.state.restore_machines([runner.inventory.known for runner in runners.values()])
        taken = {source_id: runner.progress.taken for source_id, runner in runners.items()}
        await self.state.restore_samples(taken, self.clock.now())
        for source_id, newest in (await self.state.newest_sample_times()).items():
            if source_id in runners:
                runners[source_id].progress.stopped_at = int(newest.timestamp())
        for runner in runners.values():
            await runner.keeper.restore()
        log.info("published_state_read", sources=sorted(runners))

    def left_over(self) -> list[str]:
        """Return the sources of which something waits on disk."""
        directories = [path for path in self.settings.spool_dir.iterdir() if path.is_dir()]
        return sorted(unquote(path.name) for path in directories if any(path.iterdir()))

    async def publish_left_over(self, source_id: str) -> None:
        """Publish what waits on disk of a source that is not followed here."""
        board = self._board(source_id, "", Health())
        await self._sample_publisher(board, self._spool(source_id), []).publish_pending()
        self.close(board)

    def close(self, board: SourceBoard) -> None:
        """Remember the source's last number, and say nothing more of it."""
        self._last_batch_numbers[board.source_id] = board.last_batch_no
        board.closed()

    def last_batch_numbers(self) -> Mapping[str, int]:
        """Return the last number of each source that was published of in this run, and closed."""
        return {source_id: number for source_id, number in self._last_batch_numbers.items() if number}

    def _board(self, source_id: str, address: str, health: Health) -> SourceBoard:
        last_batch_no = self._last_batch_numbers.get(source_id, 0)
        return SourceBoard(source_id, address, self.clock, health, last_batch_no=last_batch_no)

    def _inventory(self, board: SourceBoard) -> InventoryLoop:
        return InventoryLoop(
            source_id=board.source_id,
            collector_id=self.settings.collector_id,
            known=KnownMachines(board.source_id, self.settings.collector_id),
            publisher=self.publisher,
            board=board,
            clock=self.clock,
            full_read_interval_seconds=self.settings.full_read_interval_seconds,
        )

    def _sample_publisher(
        self, board: SourceBoard, spool: Spool[SampleBatch], gaps: list[Gap]
    ) -> SamplePublisher:
        return SamplePublisher(
            collector_id=self.settings.collector_id,
            run_id=self.run_id,
            spool=spool,
            gaps=gaps,
            publisher=self.publisher,
            board=board,
            clock=self.clock,
        )

    def _spool(self, source_id: str) -> Spool[SampleBatch]:
        settings = self.settings
        bounds = Bounds(
            settings.spool_max_bytes, settings.spool_max_age_seconds, settings.publish_interval_seconds
        )
        directory = settings.spool_dir / quote(source_id, safe="")
        return Spool(directory, SampleBatch, extent_of, bounds, self._epoch_seconds)

    def _epoch_seconds(self) -> float:
        return self.clock.now().timestamp()
