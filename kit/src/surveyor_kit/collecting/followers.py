"""The items that this process follows: each begins and ends at any time, without touching another.

An item is what is shared out among replicas: a source, or several sources that only one process can follow.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from surveyor_kit.collecting.run import Run
from surveyor_kit.health import Health
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_schemas.status.collector_heartbeat_v1 import SourceStatus

log = get_logger(__name__)


class Status(Protocol):
    """How one source is."""

    @property
    def source_id(self) -> str:
        """Whose status it is."""

    def report(self) -> SourceStatus:
        """Return the source's part of a heartbeat."""


S = TypeVar("S", bound=Status)
S_co = TypeVar("S_co", bound=Status, covariant=True)


class Runner(Protocol[S_co]):
    """Follows the sources of one item."""

    def statuses(self) -> Sequence[S_co]:
        """Return how each of the sources is."""

    def spool_bytes(self) -> int:
        """Return what waits on disk of the sources."""

    async def run(self, stopping: Stopping) -> None:
        """Follow them until told to stop, then publish what is held, or leave it on disk."""


class Parts(Protocol[S_co]):
    """Puts together what belongs to an item."""

    def source_ids(self, items: frozenset[str]) -> frozenset[str]:
        """Return the sources of some items."""

    async def runners(self, items: frozenset[str]) -> Mapping[str, Runner[S_co]]:
        """Return a runner for each item, which knows what was published before and what waits on disk."""

    def left_over(self) -> Sequence[str]:
        """Return the sources of which something waits on disk."""

    async def publish_left_over(self, source_id: str) -> None:
        """Publish what waits on disk of a source that is not followed here."""


def source_check(source_id: str) -> str:
    """Return a source's name among the health checks."""
    return f"source {source_id}"


@dataclass
class _Follower(Generic[S]):
    runner: Runner[S]
    stopping: Stopping
    task: asyncio.Task[None]


@dataclass
class Followers(Generic[S]):
    """Takes items and gives them up; use it as an async context manager.

    An error that nobody foresaw ends all of them, and the process.
    """

    parts: Parts[S]
    run: Run
    health: Health
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when items were taken or given up."""
    _followers: dict[str, _Follower[S]] = field(default_factory=dict)
    _ended: dict[str, S] = field(default_factory=dict)
    _spools: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """By source; held by whoever works on its spool."""

    async def __aenter__(self) -> Self:
        self._tasks = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def runners(self) -> Mapping[str, Runner[S]]:
        """Return the runners by the items that they follow."""
        return {item: follower.runner for item, follower in self._followers.items()}

    def statuses(self) -> list[S]:
        """Return how each followed source is, by its id."""
        found = [status for runner in self.runners().values() for status in runner.statuses()]
        return sorted(found, key=lambda status: status.source_id)

    def statuses_at_end(self) -> list[S]:
        """Return how each source was that was followed when the latest heartbeat was sent."""
        by_id = self._ended | {status.source_id: status for status in self.statuses()}
        return [by_id[source_id] for source_id in sorted(by_id)]

    def reported(self) -> None:
        """Note that a heartbeat was published."""
        self._ended.clear()

    def released(self) -> Mapping[str, int]:
        """Return the last batch numbers of this run of sources that are not followed any more."""
        return self.run.released({status.source_id for status in self.statuses()})

    def spool_bytes(self) -> int:
        """Return what waits on disk of the followed sources."""
        return sum(runner.spool_bytes() for runner in self.runners().values())

    async def take(self, items: frozenset[str]) -> None:
        """Begin to follow items, where earlier runs, of whatever process, have ended."""
        async with AsyncExitStack() as undo:
            for source_id in sorted(self.parts.source_ids(items)):
                await self._spools[source_id].acquire()
                undo.callback(self._spools[source_id].release)
            runners = await self.parts.runners(items)
            undo.pop_all()
        for item, runner in runners.items():
            stopping = Stopping()
            task = self._tasks.create_task(runner.run(stopping))
            self._followers[item] = _Follower(runner, stopping, task)
        self.changed.set()
        log.info("followers_started", items=sorted(items))

    async def give_up(self, items: frozenset[str]) -> None:
        """End to follow items: publish what is held, or leave it in the spool if the broker is away."""
        ending = {item: self._followers[item] for item in items if item in self._followers}
        for follower in ending.values():
            follower.stopping.set()
        await asyncio.gather(*(follower.task for follower in ending.values()))
        for item, follower in ending.items():
            del self._followers[item]
            for status in follower.runner.statuses():
                self._ended[status.source_id] = status
                self.health.forget(source_check(status.source_id))
                self._spools[status.source_id].release()
        self.changed.set()
        log.info("followers_ended", items=sorted(ending))

    async def publish_left_over(self) -> None:
        """Publish what waits on disk of sources that are not followed here (any more)."""
        for source_id in self.parts.left_over():
            # Who follows a source, or is about to, publishes what its spool holds.
            if not self._spools[source_id].locked():
                async with self._spools[source_id]:
                    await self.parts.publish_left_over(source_id)
