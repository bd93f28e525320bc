"""Tell how the collector and its sources are, every 30 seconds and at the end."""

import asyncio
from dataclasses import dataclass
from typing import Any

from surveyor_kit.clock import Clock
from surveyor_kit.collecting.followers import Followers
from surveyor_kit.collecting.run import Run
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.racing import until_set, until_stopping

log = get_logger(__name__)

LAST_WORDS_SECONDS = 3.0


@dataclass(frozen=True)
class Heartbeats:
    """The collector's own word on `collector-status`."""

    run: Run
    followers: Followers[Any]
    publisher: Publisher
    clock: Clock
    interval_seconds: float

    async def send_until(self, stopping: Stopping) -> None:
        """Send heartbeats until the process is to stop, one at once when other sources are followed."""
        while not stopping.is_set():
            self.followers.changed.clear()
            await until_stopping(stopping, self._send(is_last=False))
            await until_set(stopping, self.followers.changed, self.interval_seconds)

    async def send_last(self) -> None:
        """Say that this is an orderly end; a broker that does not answer is not waited for."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._send(is_last=True)
        except TimeoutError:
            log.warning("last_heartbeat_not_published")

    async def _send(self, *, is_last: bool) -> None:
        statuses = self.followers.statuses_at_end() if is_last else self.followers.statuses()
        heartbeat = self.run.heartbeat(
            [status.report() for status in statuses],
            self.followers.released(),
            self.clock.now(),
            spool_bytes=self.followers.spool_bytes(),
            stopping=is_last,
        )
        await self.publisher.publish(heartbeat)
        self.followers.reported()
