"""One source for as long as it is followed: two loops per connection, and the way to the broker."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from collector_vmware.domain.sample_progress import SampleProgress
from collector_vmware.errors import LoginRefused, SourceError
from collector_vmware.inventory_loop import InventoryLoop
from collector_vmware.performance_loop import PerformanceLoop
from collector_vmware.ports import SourceConnection, SourceConnector
from collector_vmware.sample_keeper import SampleKeeper
from collector_vmware.sample_publisher import SamplePublisher
from collector_vmware.source_status import SourceBoard
from surveyor_kit.collecting.back_off import BackOff, Waits
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.racing import until_one_ends, until_stopping

log = get_logger(__name__)

LAST_PUBLICATION_SECONDS = 6.0
ORDINARY = Waits(first_seconds=1, longest_seconds=60)
LOGIN = Waits(first_seconds=60, longest_seconds=60)
"""A vCenter locks an account after 5 refused logins in 180 s. Source: VMware, vSphere Authentication."""


@dataclass
class SourceRunner:
    """Keeps one source connected and followed; what it does never touches another source."""

    connector: SourceConnector
    inventory: InventoryLoop
    progress: SampleProgress
    keeper: SampleKeeper
    publisher: SamplePublisher
    board: SourceBoard
    poll_interval_seconds: float
    back_fill: bool
    back_off: BackOff = field(default_factory=lambda: BackOff(ORDINARY, LOGIN))

    def statuses(self) -> Sequence[SourceBoard]:
        """Return how the source is."""
        return [self.board]

    def spool_bytes(self) -> int:
        """Return what waits on disk."""
        return self.keeper.spool.size_bytes

    async def run(self, stopping: Stopping) -> None:
        """Collect until told to stop, then publish what is held; what the broker does not take is spooled."""
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(self.keeper.run(stopping))
            publishing = tasks.create_task(self.publisher.run(stopping))
            await self._stay_connected(stopping)
            await keeping
            await self._publish_rest(publishing)

    async def _publish_rest(self, publishing: asyncio.Task[None]) -> None:
        try:
            async with asyncio.timeout(LAST_PUBLICATION_SECONDS):
                await publishing
                await self.publisher.publish_pending()
        except TimeoutError:
            log.warning("samples_left_in_spool", source=self.board.source_id, reason="broker")

    async def _stay_connected(self, stopping: Stopping) -> None:
        while not stopping.is_set():
            self.inventory.read_once.clear()
            try:
                await until_stopping(stopping, self._collect())
            except SourceError as error:
                if self.inventory.read_once.is_set():
                    self.back_off.succeeded()
                self.back_off.failed(login_refused=isinstance(error, LoginRefused))
                self.board.disconnected(error)
                await self.back_off.wait(stopping)

    async def _collect(self) -> None:
        """Follow the source over one connection until it breaks."""
        async with await self.connector.connect() as connection:
            self.board.connected(connection.facts)
            await until_one_ends(self.inventory.follow(connection), self._sample(connection))

    async def _sample(self, connection: SourceConnection) -> None:
        capabilities = await connection.capabilities()
        self.board.counters = capabilities.counters
        await self.inventory.read_once.wait()
        loop = PerformanceLoop(
            connection,
            capabilities,
            self.progress,
            lambda: self.inventory.targets,
            self.board,
            poll_interval_seconds=self.poll_interval_seconds,
            back_fill=self.back_fill,
        )
        await loop.run()
