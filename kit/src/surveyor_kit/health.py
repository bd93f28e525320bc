"""What a process says about itself: `/healthz` (alive), `/readyz` (able to work), `/metrics`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True)
class Check:
    """The latest word of one component."""

    ok: bool
    detail: str = ""


class Health:
    """Named checks that components set as they learn; ready when all of them are well.

    Args:
        expected: Checks that fail until they are first set, so that a starting process is not ready.
        alive: Whether the process still gets on with its work; a stuck one is to be restarted.
    """

    def __init__(self, *expected: str, alive: Callable[[], bool] = lambda: True) -> None:
        self._checks = {name: Check(False, "not checked yet") for name in expected}
        self._alive = alive

    def set(self, name: str, ok: bool, detail: str = "") -> None:
        """Record how a component is; `detail` must not hold a credential."""
        self._checks[name] = Check(ok, detail)

    def forget(self, name: str) -> None:
        """Drop the check of a component that is no longer there."""
        self._checks.pop(name, None)

    def ready(self) -> bool:
        """Return whether no check fails."""
        return not self.failing()

    def failing(self) -> dict[str, str]:
        """Return the details of the failing checks by name."""
        return {name: check.detail for name, check in self._checks.items() if not check.ok}

    def alive(self) -> bool:
        """Return whether the process gets on with its work."""
        return self._alive()


def health_routes(health: Health) -> list[Route]:
    """Return the three routes, for applications that serve other pages as well."""

    async def healthz(_: "Request") -> Response:
        alive = health.alive()
        return PlainTextResponse("alive\n" if alive else "stuck\n", status_code=200 if alive else 503)

    async def readyz(_: "Request") -> Response:
        failing = health.failing()
        return JSONResponse({"ready": not failing, "failing": failing}, status_code=503 if failing else 200)

    async def metrics(_: "Request") -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


def health_app(health: Health) -> Starlette:
    """Return an application with nothing but the three routes."""
    return Starlette(routes=health_routes(health))
