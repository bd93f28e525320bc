"""Puts together what belongs to one source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from surveyor_kit.collecting.run import Run
from surveyor_kit.collecting.spools import Spools
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.logging import get_logger
from surveyor_kit.spool import Spool

log = get_logger(__name__)

BYTES_PER_MIB = 1024 * 1024


@dataclass
class SourceParts:
    """Builds runners; see `followers.Parts`."""

    settings: CollectorVmwareSettings
    sources: Mapping[str, SourceSettings]
    publisher: Publisher
    state: PublishedState
    clock: Clock
    this_run: Run
    health: Health

    def __post_init__(self) -> None:
        self.spools = Spools.of(self.settings, SampleBatch, extent_of, self.clock)

    def source_ids(self, items: frozenset[str]) -> frozenset[str]:
        """Return the sources themselves: each is shared out alone."""
        return items

    async def runners(self, items: frozenset[str]) -> dict[str, SourceRunner]:
        """Return a runner for each source, told what was published and what waits on disk."""
        runners = {source_id: self._runner(source_id) for source_id in sorted(items)}
        await self._restore(runners)
        return runners

    def left_over(self) -> Sequence[str]:
        """Return the sources of which something waits on disk."""
        return self.spools.left_over()

    async def publish_left_over(self, source_id: str) -> None:
        """Publish what waits on disk of a source that is not followed here."""
        # Its board tells nobody how it is.
        board = self._board(source_id, "", Health())
        await self._sample_publisher(board, self.spools.open(source_id), []).publish_pending()

    def _runner(self, source_id: str) -> SourceRunner:
        source, settings = self.sources[source_id], self.settings
        board = self._board(source_id, source.address, self.health)
        spool = self.spools.open(source_id)
        progress = SampleProgress(
            TakenSamples(REALTIME_INTERVAL_SECONDS), SampleBuffer(settings.buffer_mib * BYTES_PER_MIB)
        )
        publisher = self._sample_publisher(board, spool, progress.gaps)
        return SourceRunner(
            connector=VsphereConnector(source),
            inventory=self._inventory(board),
            progress=progress,
            keeper=SampleKeeper(
                progress, spool, board, self.clock, settings.publish_interval_seconds, publisher.spooled
            ),
            publisher=publisher,
            board=board,
            poll_interval_seconds=settings.poll_interval_seconds,
            back_fill=settings.back_fill,
        )

    async def _restore(self, runners: Mapping[str, SourceRunner]) -> None:
        await self.state.restore_machines([runner.inventory.known for runner in runners.values()])
        taken = {source_id: runner.progress.taken for source_id, runner in runners.items()}
        await self.state.restore_samples(taken, self.clock.now())
        for source_id, newest in (await self.state.newest_sample_times()).items():
            if source_id in runners:
                runners[source_id].progress.stopped_at = int(newest.timestamp())
        for runner in runners.values():
            await runner.keeper.restore()
        log.info("published_state_read", sources=sorted(runners))

    def _board(self, source_id: str, address: str, health: Health) -> SourceBoard:
        return SourceBoard(source_id, address, self.clock, health, self.this_run.published[source_id])

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
            this_run=self.this_run,
            spool=spool,
            gaps=gaps,
            publisher=self.publisher,
            board=board,
            clock=self.clock,
        )
