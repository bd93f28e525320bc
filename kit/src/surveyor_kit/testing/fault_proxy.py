"""A TCP proxy in front of a real part that delays, hangs, cuts, refuses, or loses answers."""

import asyncio
import contextlib
from collections import Counter
from typing import Literal, Self

CHUNK_BYTES = 65_536

Fault = Literal["refuse", "hang", "lose-answer"]


class FaultProxy:
    """Forwards connections to one address; use it as an async context manager.

    `faults` counts every fault that happened, so that a test can prove that there was one.

    Args:
        host: Where the real part listens.
        port: Its port.
        listen_port: The proxy's own port, 0 for any free one.
    """

    def __init__(self, host: str, port: int, listen_port: int = 0) -> None:
        self.host = "127.0.0.1"
        self.port = listen_port
        self.delay_seconds = 0.0
        self.faults: Counter[str] = Counter()
        self._target = (host, port)
        self._fault: Fault | None = None
        self._healed = asyncio.Event()
        self._healed.set()
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Where clients connect to, as `host:port`."""
        return f"{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self.cut()
        await self._server.wait_closed()

    def heal(self) -> None:
        """Forward everything again, what was held back included."""
        self._fault = None
        self.delay_seconds = 0.0
        self._healed.set()

    async def cut(self) -> None:
        """Close all connections there are; new ones are served."""
        tasks = list(self._connections)
        self.faults["cut"] += len(tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def refuse(self) -> None:
        """Close all connections, and each new one at once, until healed."""
        self._fault = "refuse"
        await self.cut()

    def hang(self) -> None:
        """Keep connections open but forward nothing until healed."""
        self._fault = "hang"
        self._healed.clear()

    def lose_answer(self) -> None:
        """Let the next request pass, then close its connection instead of forwarding the answer."""
        self._fault = "lose-answer"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault == "refuse":
            self.faults["refuse"] += 1
            return
        target_reader, target_writer = await asyncio.open_connection(*self._target)
        ways = {
            asyncio.ensure_future(self._forward(reader, target_writer, answers=False)),
            asyncio.ensure_future(self._forward(target_reader, writer, answers=True)),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            target_writer.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        """Forward one way until the connection ends or a fault says to end it."""
        while chunk := await reader.read(CHUNK_BYTES):
            if answers and self._fault == "lose-answer":
                self._fault = None
                self.faults["lose-answer"] += 1
                return
            await self._hold_back()
            writer.write(chunk)
            await writer.drain()

    async def _hold_back(self) -> None:
        if self.delay_seconds:
            self.faults["delay"] += 1
            await asyncio.sleep(self.delay_seconds)
        if not self._healed.is_set():
            self.faults["hang"] += 1
            await self._healed.wait()
