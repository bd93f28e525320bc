"""Headers, metrics and the log line of every answer."""

from starlette.applications import Starlette
from starlette.types import Scope

from surveyor_kit.answer_headers import AnswerHeaders
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


def add_headers(app: Starlette) -> None:
    """Add the security headers and measure; answers may not be kept by caches between."""
    app.add_middleware(AnswerHeaders, headers=_HEADERS, cache_control=lambda _: "no-store", answered=_record)


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
