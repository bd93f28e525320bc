"""Doing something again and again at a steady pace, never twice at a time."""

import asyncio
from collections.abc import Awaitable, Callable

from surveyor_kit.collecting.back_off import BackOff
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.racing import until_set


async def repeat(
    action: Callable[[], Awaitable[None]],
    stopping: Stopping,
    *,
    interval_seconds: float,
    offset_seconds: float = 0.0,
    back_off: BackOff | None = None,
    on_skipped: Callable[[int], None] = lambda _: None,
    wanted: asyncio.Event | None = None,
) -> None:
    """Run an action until the process is to stop.

    Args:
        action: What to do; it deals with its own failures.
        stopping: Ends the loop, though not an action under way.
        interval_seconds: From one start to the next.
        offset_seconds: How long to wait before the first start, so that many loops do not fall in step.
        back_off: How much longer to wait after a failure.
        on_skipped: Told how many starts fell out because the action took longer than the interval.
        wanted: Starts the action before its time, unless it is held back.
    """
    loop = asyncio.get_running_loop()
    if await stopping.sleep(offset_seconds):
        return
    due = loop.time()
    while not stopping.is_set():
        due = min(due, loop.time())
        await action()
        due += interval_seconds
        late = loop.time() - due
        if late > 0:
            missed = int(late // interval_seconds) + 1
            on_skipped(missed)
            due += missed * interval_seconds
        if back_off is not None and back_off.remaining_seconds() > 0:
            was_lifted = await back_off.wait(stopping)
            due = loop.time() if was_lifted else max(due, loop.time())
        await until_set(stopping, wanted or asyncio.Event(), due - loop.time())
