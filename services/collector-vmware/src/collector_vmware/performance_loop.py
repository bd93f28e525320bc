"""Ask a source for new samples every 20 seconds, and fill in behind at low priority."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from uuid import UUID

from collector_vmware import metrics
from collector_vmware.domain.late_values import LateValues
from collector_vmware.domain.put_aside import PutAside
from collector_vmware.domain.sample_progress import SampleProgress
from collector_vmware.domain.samples import SampleTarget
from collector_vmware.domain.windows import (
    MAX_MACHINES_PER_QUERY,
    Window,
    halves,
    live_window,
    query_batches,
    window_behind,
)
from collector_vmware.errors import QueryRefused, SourceError
from collector_vmware.ports import Capabilities, SourceConnection
from collector_vmware.source_status import SourceBoard
from surveyor_kit.racing import until_one_ends

LATE_SECONDS = 900
"""A machine switched off is asked for a little longer: its last values may come this late."""
POLLS_BEFORE_GROWTH = 15
LONGEST_ASIDE_POLLS = 15
MOST_REFUSALS = 20
"""In a poll without any answer."""
SILENT_SECONDS = 300
BACK_FILL_MACHINES = 10
"""An hour of ten machines is about what one poll of fifty machines reads in a quarter of an hour."""


class PerformanceLoop:
    """The performance side of one connection: polls are single-flight, back-fill runs between them.

    Args:
        connection: The source.
        capabilities: What it offers and bears.
        progress: What was taken before; changed in place.
        targets: Tells the machines to ask for.
        board: Where to report.
        poll_interval_seconds: From start to start.
        back_fill: Whether to read what lies behind the live window.
    """

    def __init__(
        self,
        connection: SourceConnection,
        capabilities: Capabilities,
        progress: SampleProgress,
        targets: Callable[[], Sequence[SampleTarget]],
        board: SourceBoard,
        *,
        poll_interval_seconds: float,
        back_fill: bool,
    ) -> None:
        self._connection = connection
        self._capabilities = capabilities
        self._progress = progress
        self._targets = targets
        self._board = board
        self._poll_interval_seconds = poll_interval_seconds
        self._back_fill = back_fill
        self._max_machines = MAX_MACHINES_PER_QUERY
        self._refusals = 0
        self._answers = 0
        self._polls_without_refusal = 0
        self._aside = PutAside(LONGEST_ASIDE_POLLS)
        self._late = LateValues(progress.taken)
        self._asked_since: dict[UUID, int] = {}
        self._idle = asyncio.Event()
        progress.interval_seconds = capabilities.interval_seconds

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            SourceError: The connection broke or the session ended.
        """
        loops = [self._poll_regularly()]
        if self._back_fill:
            loops.append(self._fill_in_behind())
        await until_one_ends(*loops)

    async def _poll_regularly(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self._poll_unless_full()
            due += self._poll_interval_seconds
            missed = max(0, int((loop.time() - due) // self._poll_interval_seconds) + 1)
            if missed:
                self._board.skipped(missed, "still-polling")
                due += missed * self._poll_interval_seconds
            await asyncio.sleep(due - loop.time())

    async def _poll_unless_full(self) -> None:
        """A full buffer means that the broker takes nothing; the source keeps an hour for us."""
        if self._progress.buffer.is_full:
            self._board.skipped(1, "buffer-full")
            return
        self._idle.clear()
        try:
            with metrics.POLL_SECONDS.labels(self._board.source_id).time():
                await self.poll()
        finally:
            self._idle.set()
        metrics.POLLS.labels(self._board.source_id).inc()

    async def poll(self) -> None:
        """Ask once for what is new of every machine."""
        source_now = await self._connection.current_time()
        now = int(source_now.timestamp())
        active = self._active(now)
        self._progress.note_gaps([target.machine_id for target in active], now)
        windows = [self._window(target, now) for target in active if self._aside.is_due(target.machine_id)]
        limit = self._capabilities.max_metrics_per_query
        batches = list(query_batches(windows, self._max_machines, limit))
        self._refusals = self._answers = 0
        answered = await asyncio.gather(*(self._read(batch) for batch in batches))
        if self._is_hopeless:
            raise SourceError("queries-refused", "no performance query was answered")
        for window in itertools.chain.from_iterable(answered):
            self._progress.covered_until[window.machine_id] = window.end
        for late in self._late.windows(windows):
            self._progress.behind.setdefault(late.machine_id, late)
        self._adapt(had_windows=bool(windows))
        newest = [self._progress.taken.newest_at(window.machine_id) for window in windows]
        self._board.polled(source_now.timestamp(), max(filter(None, newest), default=None))
        self._board.silent(sum(self._is_silent(target, now) for target in active))

    def _active(self, now: int) -> list[SampleTarget]:
        """Return machines that are on, or were a short while ago; the others are forgotten."""
        seen_on = self._progress.seen_on_at
        targets = self._targets()
        for target in targets:
            if target.powered_on:
                seen_on[target.machine_id] = now
        for machine_id in [key for key, at in seen_on.items() if now - at > LATE_SECONDS]:
            self._progress.forget(machine_id)
            self._aside.welcome(machine_id)
            self._late.forget(machine_id)
            self._asked_since.pop(machine_id, None)
        return [target for target in targets if target.machine_id in seen_on]

    def _is_silent(self, target: SampleTarget, now: int) -> bool:
        """Tell a machine that is on and yet has had no sample for a while."""
        since = self._asked_since.setdefault(target.machine_id, now)
        newest = self._progress.taken.newest_at(target.machine_id) or since
        return target.powered_on and now - newest > SILENT_SECONDS

    def _window(self, target: SampleTarget, now: int) -> Window:
        covered = self._progress.covered_until.get(target.machine_id)
        live = live_window(target, covered, now, self._capabilities.interval_seconds)
        behind = window_behind(live, covered)
        if behind and not self._progress.taken.covers(target.machine_id, behind.start, behind.end):
            self._progress.behind.setdefault(target.machine_id, behind)
        return live

    async def _read(self, windows: Sequence[Window]) -> list[Window]:
        """Read windows, in ever smaller parts where the source refuses; return those that are done."""
        if self._is_hopeless:
            return []
        try:
            found = await self._connection.query(windows)
        except QueryRefused as refusal:
            return await self._read_parts(windows, refusal)
        self._answers += 1
        self._progress.take(windows, found)
        self._welcome(windows)
        return list(windows)

    async def _read_parts(self, windows: Sequence[Window], refusal: QueryRefused) -> list[Window]:
        """Go on without a machine that the source names, else with halves.

        A machine that is gone is done with; one that is refused, named or alone, is not done and put aside.
        """
        gone = [window for window in windows if window.moref == refusal.missing_moref]
        if gone:
            self._welcome(gone)
            return gone + await self._read_without(windows, gone)
        forbidden = [window for window in windows if window.moref == refusal.forbidden_moref]
        if forbidden or len(windows) == 1:
            self._put_aside(forbidden or windows, refusal)
            return await self._read_without(windows, forbidden or windows)
        self._note_refusal(refusal, len(windows))
        first, second = halves(windows)
        return await self._read(first) + await self._read(second)

    @property
    def _is_hopeless(self) -> bool:
        """Whether a source refuses everything: asking on in ever smaller parts would only hurt it."""
        return self._refusals > MOST_REFUSALS and not self._answers

    async def _read_without(self, windows: Sequence[Window], out: Sequence[Window]) -> list[Window]:
        rest = [window for window in windows if window not in out]
        return await self._read(rest) if rest else []

    def _welcome(self, windows: Sequence[Window]) -> None:
        for window in windows:
            self._aside.welcome(window.machine_id)

    def _put_aside(self, windows: Sequence[Window], refusal: QueryRefused) -> None:
        self._refusals += 1
        for window in windows:
            self._aside.refuse(window.machine_id)
        self._board.doubted("performance", refusal)

    def _note_refusal(self, refusal: QueryRefused, machine_count: int) -> None:
        self._refusals += 1
        self._max_machines = max(1, min(self._max_machines, machine_count // 2))
        self._board.doubted("performance", refusal)

    def _adapt(self, *, had_windows: bool) -> None:
        """Ask for more at once again, but not soon after a refusal: most polls would be refused then."""
        if not had_windows:
            return
        self._polls_without_refusal = 0 if self._refusals else self._polls_without_refusal + 1
        if self._polls_without_refusal >= POLLS_BEFORE_GROWTH:
            self._polls_without_refusal = 0
            self._max_machines = min(MAX_MACHINES_PER_QUERY, self._max_machines * 2)
        if not self._refusals and not self._aside:
            self._board.settled("performance")

    async def _fill_in_behind(self) -> None:
        """One small query at a time, begun only between polls and while there is room for its answer."""
        while True:
            await self._idle.wait()
            if not self._progress.behind or self._progress.buffer.is_half_full:
                await asyncio.sleep(self._poll_interval_seconds / 10)
                continue
            await self._fill_in(self._next_behind())

    def _next_behind(self) -> list[Window]:
        waiting = list(self._progress.behind.values())
        limits = BACK_FILL_MACHINES, self._capabilities.max_metrics_per_query
        return next(query_batches(waiting, *limits))

    async def _fill_in(self, windows: Sequence[Window]) -> None:
        """Read windows once; what is refused even alone goes to the end of the queue, after a pause."""
        done = {window.machine_id for window in await self._read(windows)}
        for window in windows:
            self._progress.behind.pop(window.machine_id, None)
            if window.machine_id not in done:
                self._progress.behind[window.machine_id] = window
        if len(done) < len(windows):
            await asyncio.sleep(self._poll_interval_seconds)
