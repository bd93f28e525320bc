"""Tell how the collector and its sources are, every 30 seconds and at the end."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from collector_vmware.racing import Stopped, unless_stopped
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, ReleasedSource

log = get_logger(__name__)

LAST_SECONDS = 3.0


class Sources(Protocol):
    """What there is to report of."""

    def boards(self) -> Sequence[SourceBoard]:
        """Return how each followed source is."""

    def boards_at_end(self) -> Sequence[SourceBoard]:
        """Return how each source was that was followed until the end."""

    def released(self) -> Mapping[str, int]:
        """Return the last batch number of each source that is not followed any more."""

    def spool_bytes(self) -> int:
        """Return what waits on disk."""

    def reported(self) -> None:
        """Note that a heartbeat was published."""


@dataclass
class Heartbeats:
    """The collector's own word on `collector-status`."""

    collector_id: str
    version: str
    run_id: UUID
    sources: Sources
    publisher: Publisher
    clock: Clock
    interval_seconds: float
    started_at: datetime

    async def run(self, stopping: Stopping) -> None:
        """Send heartbeats until the process is to stop."""
        while not stopping.is_set():
            with contextlib.suppress(Stopped):
                await unless_stopped(stopping, self._send(stopping=False))
            await stopping.sleep(self.interval_seconds)

    async def send_last(self) -> None:
        """Say that this is an orderly end; a broker that does not answer is not waited for."""
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self._send(stopping=True)
        except TimeoutError:
            log.warning("last_heartbeat_not_published")

    async def _send(self, *, stopping: bool) -> None:
        boards = self.sources.boards_at_end() if stopping else self.sources.boards()
        await self.publisher.publish(
            CollectorHeartbeat(
                collector_id=self.collector_id,
                kind="vmware",
                version=self.version,
                run_id=self.run_id,
                started_at=self.started_at,
                sent_at=self.clock.now(),
                stopping=stopping,
                spool_bytes=self.sources.spool_bytes(),
                sources=[board.report() for board in boards],
                released=[
                    ReleasedSource(source_id=source_id, last_batch_no=number)
                    for source_id, number in self.sources.released().items()
                ],
            )
        )
        self.sources.reported()
