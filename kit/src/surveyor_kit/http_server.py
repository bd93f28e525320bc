"""Serve an ASGI application inside a process that has its own signals and its own end."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn

from surveyor_kit.logging import get_logger

log = get_logger(__name__)

GRACE_SECONDS = 5
TICK_SECONDS = 1.0
"""How often the date in answers is set, among others."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers (the lifecycle has them), and with a word when it listens.

    By itself it looks ten times a second whether it is to end: a quarter of what an idle collector takes.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self._ending = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._ending.wait()

    def end(self) -> None:
        """Ask the server to end."""
        self.should_exit = True
        self._ending.set()


@contextlib.asynccontextmanager
async def serving(app: Any, host: str, port: int) -> AsyncIterator[int]:
    """Serve an ASGI application for the duration of the block; gives the port it listens on.

    Args:
        app: The application; its lifespan is run.
        host: The address to bind.
        port: The port to bind, 0 for any free one.

    Raises:
        OSError: The address cannot be bound.
    """
    listener = _bind(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",  # its start and end say nothing that our own events do not
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await _until_listening(server, task)
        bound_port: int = listener.getsockname()[1]
        log.info("http_listening", host=host, port=bound_port)
        yield bound_port
    finally:
        server.end()
        await asyncio.gather(task, return_exceptions=True)
        listener.close()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def _until_listening(server: _Server, task: asyncio.Task[None]) -> None:
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait({listening, task}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        listening.cancel()
        task.result()
        raise RuntimeError("the HTTP server ended while starting")
