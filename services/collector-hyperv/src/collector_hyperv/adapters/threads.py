"""Blocking calls from asyncio, in threads that do not hold up the process's end."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(function: Callable[[], Result]) -> Result:
    """Run a blocking call in a thread of its own and await its result.

    A host that hangs blocks one thread until the read timeout. In a shared pool it would delay other hosts,
    and the pool's threads would have to be waited for when the process ends.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]  # None only where Result allows it

    def run() -> None:
        try:
            result, error = function(), None
        except BaseException as raised:  # noqa: BLE001 - handed to the awaiting task
            result, error = None, raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="hyperv-read", daemon=True).start()
    return await outcome
