"""Live streams of the API, handed on to the browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from portal.api_client import ApiClient, Params

EVENT_STREAM = "text/event-stream"


class LiveStreams:
    """The open streams, so that a stopping portal can end them: a browser would hold them for ever."""

    def __init__(self) -> None:
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Let every stream end; browsers come back and find another replica."""
        self._ending.set()

    async def hand_on(self, request: Request, api: ApiClient, path: str, params: Params = ()) -> Response:
        """Answer with a stream of the API.

        Raises:
            ApiProblem: The API refuses.
            ApiAway: It cannot be asked.
        """
        last_event_id = request.headers.get("Last-Event-ID")
        headers = {"Accept": EVENT_STREAM} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        stack = AsyncExitStack()
        upstream = await stack.enter_async_context(api.stream(path, params, headers))
        return StreamingResponse(
            self._pieces(upstream, stack),
            media_type=EVENT_STREAM,
            headers={"X-Accel-Buffering": "no"},
        )

    async def _pieces(self, upstream: httpx.Response, stack: AsyncExitStack) -> AsyncIterator[bytes]:
        pieces = aiter(upstream.aiter_bytes())
        ending = asyncio.ensure_future(self._ending.wait())
        reading: asyncio.Future[bytes] | None = None
        try:
            while True:
                reading = asyncio.ensure_future(_next(pieces))
                await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
                if ending.done() or not (piece := reading.result()):
                    return
                yield piece
        finally:
            await _cancel(ending, reading)
            await stack.aclose()


async def _cancel(*tasks: asyncio.Future[Any] | None) -> None:
    started = [task for task in tasks if task is not None]
    for task in started:
        task.cancel()
    await asyncio.gather(*started, return_exceptions=True)


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    """The next piece, empty when the API ended the stream or was cut off."""
    try:
        return await anext(pieces, b"")
    except httpx.HTTPError:
        return b""
