import asyncio

from collector_hyperv.loops import repeat
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
