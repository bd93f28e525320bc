"""Headers of every answer, and its metrics."""

from starlette.middleware import Middleware
from starlette.types import Scope

from portal.metrics import PAGE_SECONDS
from surveyor_kit.answer_headers import AnswerHeaders

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def cache_control(path: str) -> str:
    """Let no cache keep pages, which show one person's view."""
    # Static files are asked for again with their ETag: a new release shows at once.
    return "no-cache" if path.startswith("/static/") else "no-store"


def measure(scope: Scope, status: int, seconds: float) -> None:
    """Note how long an answer took."""
    route = getattr(scope.get("route"), "path", "other")
    PAGE_SECONDS.labels(scope["method"], route, str(status)).observe(seconds)


ANSWER_HEADERS = Middleware(AnswerHeaders, headers=HEADERS, cache_control=cache_control, answered=measure)
