"""Waiting for whatever comes first: some work, an event, or the end of the process."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from surveyor_kit.lifecycle import Stopping

Result = TypeVar("Result")


async def until_one_ends(*works: Awaitable[Any]) -> None:
    """Await all until one ends; cancel the others and raise what the first one raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(*tasks)
    for task in done:
        task.result()


async def until_stopping(stopping: Stopping, work: Awaitable[Result]) -> Result | None:
    """Await some work, but give it up, and return None, as soon as the process is to stop."""
    task, stop = asyncio.ensure_future(work), asyncio.ensure_future(stopping)
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        await _cancel(task, stop)


async def until_set(stopping: Stopping, event: asyncio.Event, timeout_seconds: float | None = None) -> None:
    """Wait until the event is set, the time is over, or the process is to stop."""
    waits = asyncio.ensure_future(event.wait()), asyncio.ensure_future(stopping)
    try:
        await asyncio.wait(waits, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(*waits)


async def _cancel(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
