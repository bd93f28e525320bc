"""What the performance side asks of a source, and what it makes of refusals."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.sample_progress import SampleProgress
from collector_vmware.domain.samples import Samples, SampleTarget
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.errors import SourceError
from collector_vmware.performance_loop import POLLS_BEFORE_GROWTH, PerformanceLoop
from collector_vmware.ports import Capabilities
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import SystemClock
from surveyor_kit.health import Health

from .builders import CPU, a_target
from .scripted_source import NOW, ScriptedSource

TARGETS = [a_target(n) for n in range(1, 9)]


class Polling:
    """A loop with what it works on, polled by hand."""

    def __init__(self, source: ScriptedSource, targets: Sequence[SampleTarget] = TARGETS) -> None:
        self.source = source
        self.targets = list(targets)
        self.progress = SampleProgress(TakenSamples(20), SampleBuffer(10**9))
        self.board = SourceBoard("scripted", "vc:443", SystemClock(), Health())
        self.board.inventory_read(len(targets), len(targets))
        self.loop = PerformanceLoop(
            source,
            Capabilities({}, 20, None),
            self.progress,
            lambda: self.targets,
            self.board,
            poll_interval_seconds=0.05,
            back_fill=True,
        )

    async def poll(self) -> None:
        await self.loop.poll()

    def state(self) -> str:
        return self.board.report().state

    def taken(self) -> dict[str, list[int]]:
        """Return the times taken since the last call, by machine; each at most once."""
        names = {target.machine_id: target.moref for target in self.targets}
        found = {}
        for machine_id, chunks in self.progress.buffer.drain().items():
            times = [at for chunk in chunks for at in chunk.timestamps]
            assert len(times) == len(set(times))
            found[names[machine_id]] = sorted(times)
        return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # the loop under test has no event for it
            await asyncio.sleep(0)


async def test_each_poll_takes_only_what_is_new() -> None:
    polling = Polling(ScriptedSource(), TARGETS[:1])
    await polling.poll()
    first = polling.taken()["vm-1"]
    polling.source.now += 20
    await polling.poll()
    assert polling.taken()["vm-1"] == [first[-1] + 20]
    assert polling.source.asked[-1][0].start == NOW - 60


async def test_a_refused_query_is_halved_until_the_source_bears_it() -> None:
    polling = Polling(ScriptedSource(bears=2))
    await polling.poll()
    assert len(polling.taken()) == len(TARGETS)
    assert [len(asked) for asked in polling.source.asked] == [8, 4, 2, 2, 4, 2, 2]
    assert polling.state() == "degraded"


async def test_after_a_refusal_queries_start_smaller_and_grow_again() -> None:
    polling = Polling(ScriptedSource(bears=2))
    await polling.poll()
    polling.source.asked.clear()
    polling.source.now += 20
    await polling.poll()
    assert [len(asked) for asked in polling.source.asked] == [2, 2, 2, 2]
    assert polling.state() == "connected"
    polling.source.bears = 50
    for _ in range(POLLS_BEFORE_GROWTH):
        polling.source.asked.clear()
        await polling.poll()
    assert [len(asked) for asked in polling.source.asked] == [4, 4]


async def test_a_machine_that_is_gone_does_not_shrink_the_query() -> None:
    polling = Polling(ScriptedSource())
    polling.source.gone = {"vm-3"}
    await polling.poll()
    assert [len(asked) for asked in polling.source.asked] == [8, 7]
    assert polling.state() == "connected"


async def test_a_machine_that_is_always_refused_costs_only_itself_and_is_made_up_for_later() -> None:
    polling = Polling(ScriptedSource())
    await polling.poll()
    polling.taken()
    polling.source.refused = {"vm-3"}
    polling.source.now += 20
    await polling.poll()
    assert sorted(polling.taken()) == sorted({t.moref for t in TARGETS} - {"vm-3"})
    polling.source.refused = set()
    polling.source.now += 20
    await polling.poll()
    assert len(polling.taken()["vm-3"]) == 2


async def test_a_machine_that_stays_refused_is_asked_for_ever_more_rarely() -> None:
    polling = Polling(ScriptedSource())
    polling.source.refused = {"vm-3"}
    asked_alone = []
    for poll in range(40):
        polling.source.asked.clear()
        await polling.poll()
        if any(window.moref == "vm-3" for asked in polling.source.asked for window in asked):
            asked_alone.append(poll)
        assert polling.state() == "degraded"
    assert asked_alone == [0, 1, 3, 7, 15, 31]


async def test_a_machine_that_may_not_be_read_is_left_out_without_halving() -> None:
    polling = Polling(ScriptedSource())
    polling.source.forbidden = {"vm-3"}
    await polling.poll()
    assert [len(asked) for asked in polling.source.asked] == [8, 7]
    assert polling.board.last_error is not None
    assert polling.state() == "degraded"
    polling.source.forbidden = set()
    await polling.poll()
    assert polling.state() == "connected"


async def test_a_source_that_refuses_everything_is_not_asked_in_ever_smaller_parts() -> None:
    targets = [a_target(n) for n in range(1, 1001)]
    polling = Polling(ScriptedSource(bears=0), targets)
    with pytest.raises(SourceError, match="no performance query was answered"):
        await polling.poll()
    assert len(polling.source.asked) < 50


async def test_a_machine_switched_off_is_asked_for_a_while_longer() -> None:
    polling = Polling(ScriptedSource(), TARGETS[:1])
    await polling.poll()
    polling.targets = [a_target(1, powered_on=False)]
    polling.source.now += 60
    await polling.poll()
    assert len(polling.source.asked) == 2
    polling.source.now += 3600
    await polling.poll()
    assert len(polling.source.asked) == 2


async def test_a_machine_that_was_never_on_is_not_asked_for() -> None:
    polling = Polling(ScriptedSource(), [a_target(1, powered_on=False)])
    await polling.poll()
    assert polling.source.asked == []


async def test_the_last_hour_is_filled_in_between_polls() -> None:
    polling = Polling(ScriptedSource())
    task = asyncio.create_task(polling.loop.run())
    try:
        await until(lambda: polling.progress.taken.covers(TARGETS[-1].machine_id, NOW - 3600, NOW))
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert {moref: len(times) for moref, times in polling.taken().items()} == {t.moref: 180 for t in TARGETS}
    assert polling.progress.behind == {}


async def test_a_full_buffer_pauses_polls_and_loses_nothing() -> None:
    polling = Polling(ScriptedSource(), TARGETS[:1])
    polling.progress.buffer = SampleBuffer(limit_bytes=1)
    await polling.poll()
    first = polling.taken()["vm-1"]
    polling.progress.buffer.add(TARGETS[0].machine_id, Samples.of_series([NOW], {CPU: [1]}))
    asked = len(polling.source.asked)
    task = asyncio.create_task(polling.loop.run())
    await until(lambda: polling.board.polls_skipped >= 3)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(polling.source.asked) == asked
    polling.progress.buffer.drain()
    polling.source.now += 1200
    await polling.poll()
    behind = polling.progress.behind[TARGETS[0].machine_id]
    assert behind.start <= first[-1] + 20
