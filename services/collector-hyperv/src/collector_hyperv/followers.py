"""The sites that this process follows: each begins and ends at any time, without touching another.

A site is what sources are shared out by: whether a machine is gone is known only to who reads all its hosts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from collector_hyperv.site_parts import SiteParts
from collector_hyperv.site_runner import SiteRunner
from collector_hyperv.status import SourceProgress
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger

log = get_logger(__name__)


@dataclass(frozen=True)
class _Follower:
    runner: SiteRunner
    stopping: Stopping
    task: asyncio.Task[None]


@dataclass
class Followers:
    """Takes sites and gives them up; use it as an async context manager.

    An error that nobody foresaw ends all of them, and the process.
    """

    parts: SiteParts
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when sites were taken or given up."""
    _followers: dict[str, _Follower] = field(default_factory=dict)
    _ended: dict[str, SourceProgress] = field(default_factory=dict)
    _spools: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Held by whoever works on a source's spool."""

    async def __aenter__(self) -> Self:
        self._tasks = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def progress(self) -> list[SourceProgress]:
        """Return how each followed source is."""
        return [
            source.progress for follower in self._followers.values() for source in follower.runner.sources
        ]

    def progress_at_end(self) -> Sequence[SourceProgress]:
        """Return how each source was that was followed when the latest heartbeat was sent."""
        by_id = self._ended | {progress.source_id: progress for progress in self.progress()}
        return [by_id[source_id] for source_id in sorted(by_id)]

    def reported(self) -> None:
        """Note that a heartbeat was published."""
        self._ended.clear()

    def released(self) -> Mapping[str, int]:
        """Return the last batch numbers of this run of sources that are not followed any more."""
        followed = {progress.source_id for progress in self.progress()}
        return {
            source_id: progress.last_batch_no
            for source_id, progress in sorted(self.parts.progress.items())
            if source_id not in followed and progress.last_batch_no
        }

    def spool_bytes(self) -> int:
        """Return what waits on disk of the followed sources."""
        return sum(
            source.spool.size_bytes
            for follower in self._followers.values()
            for source in follower.runner.sources
        )

    async def take(self, sites: frozenset[str]) -> None:
        """Begin to follow sites, where earlier runs, of whatever process, have ended."""
        async with AsyncExitStack() as undo:
            for source_id in sorted(self.parts.source_ids(sites)):
                await self._spools[source_id].acquire()
                undo.callback(self._spools[source_id].release)
            runners = await self.parts.runners(sites)
            undo.pop_all()
        for runner in runners:
            stopping = Stopping()
            task = self._tasks.create_task(runner.run(stopping))
            self._followers[runner.site] = _Follower(runner, stopping, task)
        self.changed.set()
        log.info("sites_taken", sites=sorted(sites))

    async def give_up(self, sites: frozenset[str]) -> None:
        """End to follow sites: publish what is held, or leave it in the spool if the broker is away."""
        ending = {site: self._followers[site] for site in sites if site in self._followers}
        for follower in ending.values():
            follower.stopping.set()
        await asyncio.gather(*(follower.task for follower in ending.values()))
        for site, follower in ending.items():
            del self._followers[site]
            for source in follower.runner.sources:
                self._ended[source.progress.source_id] = source.progress
                self.parts.close(source.progress)
                self._spools[source.progress.source_id].release()
        self.changed.set()
        log.info("sites_given_up", sites=sorted(ending))

    async def publish_left_over(self) -> None:
        """Publish what waits on disk of sources that are not followed here (any more)."""
        for source_id in self.parts.left_over():
            # Who follows a source, or is about to, publishes what its spool holds.
            if not self._spools[source_id].locked():
                async with self._spools[source_id]:
                    await self.parts.publish_left_over(source_id)
