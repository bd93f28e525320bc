"""Lets a message on trial be the only one under work in the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Streams work side by side, except for turns alone; who asks for one goes before who comes after."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._one_alone = asyncio.Lock()
        self._together = 0
        self._asked_alone = 0

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Work beside others."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._asked_alone == 0)
            self._together += 1
        try:
            yield
        finally:
            async with self._changed:
                self._together -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Work once nobody else does; others wait meanwhile."""
        self._asked_alone += 1
        try:
            async with self._one_alone:
                async with self._changed:
                    await self._changed.wait_for(lambda: self._together == 0)
                yield
        finally:
            async with self._changed:
                self._asked_alone -= 1
                self._changed.notify_all()
