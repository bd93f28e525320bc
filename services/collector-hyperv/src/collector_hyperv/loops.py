"""Doing something again and again at a steady pace, never twice at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from collector_hyperv.backoff import Backoff
from surveyor_kit.lifecycle import Stopping

Result = TypeVar("Result")


async def repeat(
    action: Callable[[], Awaitable[None]],
    stopping: Stopping,
    *,
    interval_seconds: float,
    offset_seconds: float = 0.0,
    backoff: Backoff | None = None,
    on_skipped: Callable[[int], None] = lambda _: None,
    wanted: asyncio.Event | None = None,
) -> None:
    """Run an action until the process is to stop.

    Args:
        action: What to do; it deals with its own failures.
        stopping: Ends the loop, though not an action under way.
        interval_seconds: From one start to the next.
        offset_seconds: How long to wait before the first start, so that many loops do not fall in step.
        backoff: How much longer to wait after a failure.
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
        if backoff is not None and (held_back := backoff.remaining_seconds()) > 0:
            await first_of(stopping, backoff.lifted, timeout_seconds=held_back)
            due = loop.time() if backoff.lifted.is_set() else max(due, loop.time())
        await first_of(stopping, wanted or asyncio.Event(), timeout_seconds=due - loop.time())


async def first_of(stopping: Stopping, event: asyncio.Event, *, timeout_seconds: float | None = None) -> None:
    """Wait until the process is to stop, the event is set, or the time is over."""
    waits = {asyncio.ensure_future(stopping), asyncio.ensure_future(event.wait())}
    try:
        await asyncio.wait(waits, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def until_stopping(stopping: Stopping, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Await some work, but give it up, and return None, as soon as the process is to stop."""
    task = asyncio.ensure_future(work)
    stop = asyncio.ensure_future(stopping)
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
