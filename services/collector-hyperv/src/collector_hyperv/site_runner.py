"""One site for as long as it is followed: the loops of its sources and of their hosts, and an orderly end."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from collector_hyperv.adapters.watched_files import WatchedFiles
from collector_hyperv.domain.polls import Poll
from collector_hyperv.follower import HostFollower
from collector_hyperv.loops import repeat
from collector_hyperv.performance import SourcePublisher
from collector_hyperv.status import SourceProgress
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.racing import until_set, until_stopping
from surveyor_kit.spool import Spool

log = get_logger(__name__)

LAST_PUBLICATION_SECONDS = 10.0
"""How long the end waits for the broker; samples that it does not take then stay in the spool."""
CREDENTIALS_LOOK_SECONDS = 5.0

SPREAD_SECONDS = 0.1
"""Between the first reads of two hosts; about what the processor needs for one."""

Loop = Coroutine[None, None, None]


@dataclass(frozen=True)
class Pace:
    """The intervals of the loops, in seconds."""

    poll: float
    inventory: float
    publish: float

    def offset(self, place: int, count: int) -> float:
        """Return how long a host waits before its first read, so that many are not read in step.

        A few begin at once; many are spread over one interval of polls.
        """
        return place * min(SPREAD_SECONDS, self.poll / count)


@dataclass(frozen=True)
class FollowedSource:
    """All that belongs to one source."""

    progress: SourceProgress
    followers: Sequence[HostFollower]
    offsets: Sequence[float]
    """Seconds that each host waits before its first read."""
    publisher: SourcePublisher
    spool: Spool[Poll]
    credential_files: WatchedFiles


@dataclass(frozen=True)
class SiteRunner:
    """Follows the sources of one site; what it does never touches another site."""

    site: str
    sources: Sequence[FollowedSource]
    pace: Pace

    def statuses(self) -> Sequence[SourceProgress]:
        """Return how each of the site's sources is."""
        return [source.progress for source in self.sources]

    def spool_bytes(self) -> int:
        """Return what waits on disk."""
        return sum(source.spool.size_bytes for source in self.sources)

    async def run(self, stopping: Stopping) -> None:
        """Run all loops until told to stop; at the end publish what is left."""
        async with asyncio.TaskGroup() as group:
            for loop in self._loops(stopping):
                # What is under way at the end is given up: a host that hangs must not hold it up.
                group.create_task(until_stopping(stopping, loop))
        await self._end()

    def _loops(self, stopping: Stopping) -> Iterator[Loop]:
        for source in self.sources:
            yield repeat(
                source.publisher.publish_pending,
                stopping,
                interval_seconds=self.pace.publish,
                offset_seconds=min(source.offsets, default=0),
            )
            yield repeat(
                partial(_notice_credentials, source), stopping, interval_seconds=CREDENTIALS_LOOK_SECONDS
            )
            for follower, offset in zip(source.followers, source.offsets, strict=True):
                yield self._follow_inventory(follower, stopping, offset)
                yield self._follow_counters(follower, stopping)

    def _follow_inventory(self, follower: HostFollower, stopping: Stopping, offset_seconds: float) -> Loop:
        return repeat(
            follower.read_inventory,
            stopping,
            interval_seconds=self.pace.inventory,
            offset_seconds=offset_seconds,
            back_off=follower.back_off,
            on_skipped=partial(follower.skipped, "inventory"),
            wanted=follower.inventory_wanted,
        )

    async def _follow_counters(self, follower: HostFollower, stopping: Stopping) -> None:
        """Read a host's counters from its first inventory on."""
        await until_set(stopping, follower.inventory_known)
        await repeat(
            follower.read_counters,
            stopping,
            interval_seconds=self.pace.poll,
            back_off=follower.back_off,
            on_skipped=partial(follower.skipped, "performance"),
        )

    async def _end(self) -> None:
        for source in self.sources:
            for follower in source.followers:
                follower.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_PUBLICATION_SECONDS):
                await asyncio.gather(*(source.publisher.publish_pending() for source in self.sources))
        log.info("site_ended", site=self.site, spool_bytes=self.spool_bytes())


async def _notice_credentials(source: FollowedSource) -> None:
    """Let hosts that refused the account be asked again as soon as another one is written down."""
    if source.credential_files.changed():
        log.info("credentials_changed", source=source.progress.source_id)
        for follower in source.followers:
            follower.back_off.succeeded()
