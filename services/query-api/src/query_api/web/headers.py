"""Headers, metrics and the log line of every answer."""

import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import histogram

log = get_logger(__name__)

REQUEST_SECONDS = histogram(
    "surveyor_http_request_seconds",
    "Time until an answer of the query API was complete.",
    ["method", "route", "status"],
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_UNMATCHED = "unmatched"


class AnswerHeaders:
    """Adds the security headers and measures; answers may not be kept by caches between."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at = time.monotonic()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            _record(scope, status, time.monotonic() - started_at)


def _add_headers(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    headers.setdefault("Cache-Control", "no-store")
    for name, value in _HEADERS.items():
        headers[name] = value


def _record(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", _UNMATCHED)
    REQUEST_SECONDS.labels(scope["method"], route, str(status)).observe(seconds)
    log.debug(
        "http_answered",
        method=scope["method"],
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
