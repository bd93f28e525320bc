"""Coroutines that run side by side until one of them ends, or the process is to stop."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from surveyor_kit.lifecycle import Stopping

Result = TypeVar("Result")


class Stopped(Exception):
    """The process is to stop before what was waited for came."""


async def until_one_ends(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; cancel the others and raise what the first one raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(tasks)
    for task in done:
        task.result()


async def unless_stopped(stopping: Stopping, coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Return the coroutine's result.

    Raises:
        Stopped: The process is to stop; the coroutine was cancelled.
    """
    task = asyncio.create_task(coroutine)
    stop = asyncio.create_task(_wait(stopping))
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Stopped
        return task.result()
    finally:
        await _cancel([task, stop])


async def _wait(stopping: Stopping) -> None:
    await stopping


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
