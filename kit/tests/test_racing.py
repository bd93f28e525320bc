import asyncio

import pytest

from surveyor_kit.lifecycle import Stopping
from surveyor_kit.racing import until_one_ends, until_set, until_stopping


class Hanging:
    """Work that never ends by itself."""

    def __init__(self) -> None:
        self.was_cancelled = False

    async def work(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.was_cancelled = True


async def the_answer() -> int:
    return 42


async def test_work_under_way_is_given_up_at_the_end() -> None:
    stopping, hanging = Stopping(), Hanging()
    asyncio.get_running_loop().call_soon(stopping.set)
    await until_stopping(stopping, hanging.work())
    assert hanging.was_cancelled


async def test_work_that_ends_in_time_gives_what_it_returns() -> None:
    assert await until_stopping(Stopping(), the_answer()) == 42


async def test_the_first_to_end_ends_the_others_and_its_failure_is_told() -> None:
    hanging = Hanging()

    async def fail() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        await until_one_ends(hanging.work(), fail())
    assert hanging.was_cancelled


async def test_what_is_cancelled_cancels_what_it_waited_for() -> None:
    hanging = Hanging()
    waiting = asyncio.create_task(until_stopping(Stopping(), hanging.work()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert hanging.was_cancelled


async def test_an_event_is_waited_for_until_the_time_is_over() -> None:
    stopping, event = Stopping(), asyncio.Event()
    await until_set(stopping, event, 0.01)
    asyncio.get_running_loop().call_soon(event.set)
    await until_set(stopping, event)
    assert not stopping.is_set()
