"""The sources that this process follows: each begins and ends at any time, without touching another."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from collector_vmware.source_runner import SourceRunner
from collector_vmware.source_status import SourceBoard
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger

log = get_logger(__name__)


class Factory(Protocol):
    """Builds what belongs to one source."""

    def runner(self, source_id: str) -> SourceRunner:
        """Return a runner that knows nothing of what was published before."""

    async def restore(self, runners: Mapping[str, SourceRunner]) -> None:
        """Tell runners what was published of their sources, and what waits on disk."""

    def left_over(self) -> Sequence[str]:
        """Return the sources of which something waits on disk."""

    async def publish_left_over(self, source_id: str) -> None:
        """Publish what waits on disk of a source that is not followed here."""

    def close(self, board: SourceBoard) -> None:
        """Give up what a runner held beside its tasks."""

    def last_batch_numbers(self) -> Mapping[str, int]:
        """Return the last number of each source that was published of in this run, and closed."""


@dataclass
class _Follower:
    runner: SourceRunner
    stopping: Stopping
    task: asyncio.Task[None]


@dataclass
class Followers:
    """Takes sources and gives them up; use it as an async context manager.

    An error that nobody foresaw ends all of them, and the process.
    """

    factory: Factory
    _followers: dict[str, _Follower] = field(default_factory=dict)
    _boards: dict[str, SourceBoard] = field(default_factory=dict)
    _ended: dict[str, SourceBoard] = field(default_factory=dict)
    _spools: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """Held by whoever works on a source's spool."""

    async def __aenter__(self) -> Self:
        self._tasks = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    def boards(self) -> Sequence[SourceBoard]:
        """Return how each followed source is, by its id."""
        return [self._boards[source_id] for source_id in sorted(self._boards)]

    def boards_at_end(self) -> Sequence[SourceBoard]:
        """Return how each source was that was followed when the latest heartbeat was sent."""
        boards = self._ended | self._boards
        return [boards[source_id] for source_id in sorted(boards)]

    def reported(self) -> None:
        """Note that a heartbeat was published."""
        self._ended.clear()

    def released(self) -> Mapping[str, int]:
        """Return the last batch numbers of this run of sources that are not followed any more."""
        numbers = self.factory.last_batch_numbers()
        return {source_id: numbers[source_id] for source_id in sorted(numbers.keys() - self._boards.keys())}

    def spool_bytes(self) -> int:
        """Return what waits on disk of the followed sources."""
        return sum(follower.runner.publisher.spool.size_bytes for follower in self._followers.values())

    async def take(self, source_ids: frozenset[str]) -> None:
        """Begin to follow sources, where earlier runs, of whatever process, have ended."""
        async with AsyncExitStack() as undo:
            for source_id in sorted(source_ids):
                await self._spools[source_id].acquire()
                undo.callback(self._spools[source_id].release)
            runners = {source_id: self._built(source_id, undo) for source_id in sorted(source_ids)}
            await self.factory.restore(runners)
            undo.pop_all()
        for source_id, runner in runners.items():
            stopping = Stopping()
            task = self._tasks.create_task(runner.run(stopping))
            self._followers[source_id] = _Follower(runner, stopping, task)
        log.info("sources_taken", sources=sorted(source_ids))

    async def give_up(self, source_ids: frozenset[str]) -> None:
        """End to follow sources: publish what is held, or leave it in the spool if the broker is away."""
        ending = {key: self._followers[key] for key in source_ids if key in self._followers}
        for follower in ending.values():
            follower.stopping.set()
        await asyncio.gather(*(follower.task for follower in ending.values()))
        for source_id, follower in ending.items():
            del self._followers[source_id]
            self._close(follower.runner)
            self._spools[source_id].release()
        log.info("sources_given_up", sources=sorted(ending))

    async def publish_left_over(self) -> None:
        """Publish what waits on disk of sources that are not followed here (any more)."""
        for source_id in self.factory.left_over():
            # Who follows a source, or is about to, publishes what its spool holds.
            if not self._spools[source_id].locked():
                async with self._spools[source_id]:
                    await self.factory.publish_left_over(source_id)

    def _built(self, source_id: str, undo: AsyncExitStack) -> SourceRunner:
        runner = self.factory.runner(source_id)
        self._boards[source_id] = runner.board
        undo.callback(self._close, runner)
        return runner

    def _close(self, runner: SourceRunner) -> None:
        source_id = runner.board.source_id
        self._ended[source_id] = self._boards.pop(source_id)
        self.factory.close(runner.board)
