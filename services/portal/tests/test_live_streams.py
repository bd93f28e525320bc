import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.requests import Request

from portal.api_client import ApiClient
from portal.live import LiveStreams


class EndlessEvents(httpx.AsyncByteStream):
    """One event, and then silence."""

    def __init__(self) -> None:
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"event: open\n\n"
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        self.is_closed = True


def a_request() -> Request:
    return Request({"type": "http", "headers": []})


async def body_of(events: EndlessEvents, streams: LiveStreams) -> AsyncIterator[bytes]:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=events))
    http = httpx.AsyncClient(transport=transport, base_url="http://api")
    answer = await streams.hand_on(a_request(), ApiClient(http, "key"), "/v1/changes/stream")
    body: AsyncIterator[bytes] = answer.body_iterator  # type: ignore[attr-defined]  # of a streamed answer
    return body


async def test_stopping_portal_ends_a_silent_stream() -> None:
    events, streams = EndlessEvents(), LiveStreams()
    body = await body_of(events, streams)
    assert await anext(body) == b"event: open\n\n"
    streams.end()
    async with asyncio.timeout(10):
        assert [piece async for piece in body] == []
    assert events.is_closed


async def test_browser_that_leaves_lets_go_of_the_api() -> None:
    events, streams = EndlessEvents(), LiveStreams()
    body = await body_of(events, streams)
    await anext(body)
    waiting = asyncio.ensure_future(anext(body))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert events.is_closed
