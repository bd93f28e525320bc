"""Let a source of items work ahead of whoever takes them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

Item = TypeVar("Item")


@contextlib.asynccontextmanager
async def working_ahead(source: AsyncIterator[Item], items: int) -> AsyncIterator[AsyncIterator[Item]]:
    """Give the items of `source` in its order, made in a task of their own.

    An error of the source comes up where its next item would have. The task ends with the block.

    Args:
        source: What makes the items.
        items: How many may wait to be taken.
    """
    queue: asyncio.Queue[Item | None] = asyncio.Queue(items)

    async def make() -> None:
        try:
            async for item in source:
                await queue.put(item)
        finally:
            # Said in a task of its own: a full queue must not hold up the end of this one.
            ending.append(asyncio.create_task(queue.put(None)))

    async def take() -> AsyncIterator[Item]:
        while (item := await queue.get()) is not None:
            yield item
        await making

    ending: list[asyncio.Task[None]] = []
    making = asyncio.create_task(make())
    try:
        yield take()
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
