import asyncio
import threading

import pytest

from surveyor_kit.threads import in_daemon_thread


async def test_a_blocking_call_returns_what_it_returns_and_raises_what_it_raises() -> None:
    assert await in_daemon_thread(lambda: threading.current_thread().daemon) is True

    def fail() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        await in_daemon_thread(fail)


async def test_a_call_that_is_given_up_ends_by_itself() -> None:
    entered, released, left = threading.Event(), threading.Event(), threading.Event()

    def hang() -> None:
        entered.set()
        released.wait(30)
        left.set()

    waiting = asyncio.create_task(in_daemon_thread(hang))
    assert await asyncio.to_thread(entered.wait, 30)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    released.set()
    assert await asyncio.to_thread(left.wait, 30)
