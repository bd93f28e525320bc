"""The running collector: all loops of all sources, and an orderly end."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from collector_hyperv.domain.polls import Poll
from collector_hyperv.follower import HostFollower
from collector_hyperv.loops import first_of, repeat, until_stopping
from collector_hyperv.performance import SourcePublisher
from collector_hyperv.status import Run, SourceProgress
from surveyor_kit.clock import Clock
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.spool import Spool

log = get_logger(__name__)

LAST_WORDS_SECONDS = 10.0
"""How long the end waits for the broker; samples that it does not take then are replayed from the spool."""

Loop = Coroutine[None, None, None]


@dataclass(frozen=True)
class Pace:
    """The intervals of the loops, in seconds."""

    poll: float
    inventory: float
    publish: float
    heartbeat: float


@dataclass(frozen=True)
class FollowedSource:
    """All that belongs to one source."""

    progress: SourceProgress
    followers: Sequence[HostFollower]
    publisher: SourcePublisher
    spool: Spool[Poll]


class Collector:
    """Follows sources until the process is to stop."""

    def __init__(
        self, run: Run, sources: Sequence[FollowedSource], publisher: Publisher, clock: Clock, pace: Pace
    ) -> None:
        self._run, self._sources = run, sources
        self._publisher, self._clock, self._pace = publisher, clock, pace

    async def follow(self, stopping: Stopping) -> None:
        """Run all loops; at the end publish what is left and say goodbye."""
        async with asyncio.TaskGroup() as group:
            for loop in self._loops(stopping):
                # What is under way at the end is given up: a host that hangs must not hold it up.
                group.create_task(until_stopping(stopping, loop))
        await self._end()

    async def send_heartbeat(self, *, is_last: bool = False) -> None:
        """Publish one heartbeat, or give up in time: the next one will tell more."""
        now = self._clock.now()
        heartbeat = self._run.heartbeat(
            [source.progress.status(now) for source in self._sources],
            now,
            spool_bytes=sum(source.spool.size_bytes for source in self._sources),
            stopping=is_last,
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self._publisher.publish(heartbeat)

    def _loops(self, stopping: Stopping) -> Iterator[Loop]:
        yield repeat(self.send_heartbeat, stopping, interval_seconds=self._pace.heartbeat)
        for source in self._sources:
            yield repeat(source.publisher.publish_pending, stopping, interval_seconds=self._pace.publish)
            for place, follower in enumerate(source.followers):
                yield self._follow_inventory(follower, stopping, share=place / len(source.followers))
                yield self._follow_counters(follower, stopping)

    def _follow_inventory(self, follower: HostFollower, stopping: Stopping, *, share: float) -> Loop:
        """Read a host's inventory at its place in the interval, so that hosts are not read in step."""
        return repeat(
            follower.read_inventory,
            stopping,
            interval_seconds=self._pace.inventory,
            offset_seconds=share * min(self._pace.inventory, self._pace.poll),
            held_back_seconds=follower.backoff.remaining_seconds,
            on_skipped=partial(follower.skipped, "inventory"),
            wanted=follower.inventory_wanted,
        )

    async def _follow_counters(self, follower: HostFollower, stopping: Stopping) -> None:
        """Read a host's counters from its first inventory on."""
        await first_of(stopping, follower.inventory_known)
        await repeat(
            follower.read_counters,
            stopping,
            interval_seconds=self._pace.poll,
            held_back_seconds=follower.backoff.remaining_seconds,
            on_skipped=partial(follower.skipped, "performance"),
        )

    async def _end(self) -> None:
        for source in self._sources:
            for follower in source.followers:
                follower.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await asyncio.gather(*(source.publisher.publish_pending() for source in self._sources))
        await self.send_heartbeat(is_last=True)
        log.info("collector_ended", spool_bytes=sum(source.spool.size_bytes for source in self._sources))


def show_health(health: Health, progress: SourceProgress) -> None:
    """Set a source's check: well if all of its hosts answer."""
    problems = [
        f"{host}: {', '.join(sorted(set(status.failing.values())))}"
        for host, status in progress.hosts.items()
        if status.failing
    ]
    health.set(source_check(progress.source_id), not problems, "; ".join(problems) or progress.state())


def source_check(source_id: str) -> str:
    """Return a source's name among the health checks."""
    return f"source {source_id}"
