"""A source that works ahead: in order, bounded, and its errors come up where they belong."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from assessor.ahead import working_ahead


class Source:
    """Makes numbers; `made` is how many so far."""

    def __init__(self, count: int, fails_at: int | None = None) -> None:
        self.made = 0
        self._count = count
        self._fails_at = fails_at

    async def numbers(self) -> AsyncIterator[int]:
        for number in range(self._count):
            if number == self._fails_at:
                raise ValueError(number)
            self.made += 1
            yield number


async def settled() -> None:
    """Let every task go on until all of them wait."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_items_come_in_their_order() -> None:
    async with working_ahead(Source(10).numbers(), 2) as numbers:
        assert [number async for number in numbers] == list(range(10))


async def test_source_works_ahead_but_not_without_bounds() -> None:
    source = Source(10)
    async with working_ahead(source.numbers(), 2) as numbers:
        await settled()
        # Two wait, and a third waits for its place.
        assert source.made == 3
        assert await anext(numbers) == 0
        await settled()
        assert source.made == 4


async def test_error_comes_up_after_the_items_before_it() -> None:
    async with working_ahead(Source(10, fails_at=3).numbers(), 5) as numbers:
        assert [await anext(numbers) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ValueError, match="3"):
            await anext(numbers)


async def test_leaving_the_block_ends_the_source() -> None:
    source = Source(10)
    async with working_ahead(source.numbers(), 1) as numbers:
        assert await anext(numbers) == 0
    made = source.made
    await settled()
    assert source.made == made


async def test_cancellation_ends_the_source() -> None:
    source = Source(10)

    async def take() -> None:
        async with working_ahead(source.numbers(), 1):
            await asyncio.Event().wait()

    task = asyncio.create_task(take())
    await settled()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.made == 2
