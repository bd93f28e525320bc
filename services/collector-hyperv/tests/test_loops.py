import asyncio

from collector_hyperv.backoff import Backoff
from collector_hyperv.loops import repeat, until_stopping
from surveyor_kit.lifecycle import Stopping


async def test_an_action_repeats_until_the_process_stops() -> None:
    stopping, runs = Stopping(), 0

    async def action() -> None:
        nonlocal runs
        runs += 1
        if runs == 5:
            stopping.set()

    await repeat(action, stopping, interval_seconds=0.01)
    assert runs == 5


async def test_starts_that_a_slow_action_misses_are_counted_and_not_made_up() -> None:
    stopping, running, missed = Stopping(), 0, 0

    async def action() -> None:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0.055)
        running -= 1
        if missed:
            stopping.set()

    def count(skipped: int) -> None:
        nonlocal missed
        missed += skipped

    await repeat(action, stopping, interval_seconds=0.01, on_skipped=count)
    assert missed >= 5


async def test_an_action_that_is_wanted_starts_before_its_time() -> None:
    stopping, wanted, runs = Stopping(), asyncio.Event(), 0

    async def action() -> None:
        nonlocal runs
        runs += 1
        wanted.clear()
        if runs == 2:
            stopping.set()
        else:
            asyncio.get_running_loop().call_soon(wanted.set)

    async with asyncio.timeout(30):
        await repeat(action, stopping, interval_seconds=3_600, wanted=wanted)
    assert runs == 2


async def test_work_under_way_is_given_up_at_the_end() -> None:
    stopping, was_cancelled = Stopping(), asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            was_cancelled.set()

    asyncio.get_running_loop().call_soon(stopping.set)
    await until_stopping(stopping, hang())
    assert was_cancelled.is_set()


class Monotonic:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_waits_double_and_end_with_success() -> None:
    clock = Monotonic()
    backoff, waits = Backoff(clock, base_seconds=10, cap_seconds=60), []
    for _ in range(6):
        backoff.failed(login_refused=False)
        waits.append(backoff.remaining_seconds())
        clock.seconds += waits[-1]
    for wait, expected in zip(waits, [10, 20, 40, 60, 60, 60], strict=True):
        assert 0.8 * expected <= wait <= 1.2 * expected
    backoff.succeeded()
    assert backoff.remaining_seconds() == 0


def test_a_refused_login_is_left_alone_for_longer() -> None:
    backoff = Backoff(Monotonic(), base_seconds=10)
    backoff.failed(login_refused=True)
    assert backoff.remaining_seconds() >= 48


def test_the_second_loop_of_a_host_does_not_lengthen_the_wait() -> None:
    backoff = Backoff(Monotonic(), base_seconds=10)
    backoff.failed(login_refused=False)
    wait = backoff.remaining_seconds()
    backoff.failed(login_refused=False)
    assert backoff.remaining_seconds() == wait
