"""Headers on every HTTP answer, and a word on how each one went."""

import time
from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Answered = Callable[[Scope, int, float], None]
"""Told the request, the answer's status, and the seconds until it was complete."""


class AnswerHeaders:
    """ASGI middleware.

    Args:
        app: What answers.
        headers: Set on every answer, whatever it says itself.
        cache_control: Returns the `Cache-Control` of a path, for answers that have none.
        answered: Called after each answer; the status is 500 where none was sent.
    """

    def __init__(
        self,
        app: ASGIApp,
        headers: Mapping[str, str],
        cache_control: Callable[[str], str],
        answered: Answered,
    ) -> None:
        self._app = app
        self._headers = headers
        self._cache_control = cache_control
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at = time.monotonic()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, scope["path"])
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._answered(scope, status, time.monotonic() - started_at)

    def _add_headers(self, message: Message, path: str) -> None:
        headers = MutableHeaders(scope=message)
        headers.setdefault("Cache-Control", self._cache_control(path))
        headers.update(self._headers)
