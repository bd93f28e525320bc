"""Pages for what went wrong."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.api_client import ApiAway, ApiProblem
from portal.security import HEADERS
from portal.visit import (
    SignInNeeded,
    WrongCsrfToken,
    deps_of,
    end_session,
    redirect,
    render,
    session_of,
)
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

RETRY_AFTER_SECONDS = "5"


def handlers() -> dict[Any, Callable[..., Any]]:
    """Return the handler of each kind of error."""
    return {
        SignInNeeded: _on_sign_in_needed,
        WrongCsrfToken: _on_wrong_token,
        ApiProblem: _on_problem,
        ApiAway: _on_away,
        HTTPException: _on_http_exception,
        Exception: _on_bug,
    }


async def _on_sign_in_needed(request: Request, _: SignInNeeded) -> Response:
    if _is_for_script(request):
        return _json(401, "Sign in again", "The session has ended.")
    if request.method != "GET" or request.url.path == "/":
        return redirect("/sign-in")
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return redirect("/sign-in", next=path)


async def _on_wrong_token(request: Request, _: WrongCsrfToken) -> Response:
    detail = "The form was too old, or was not sent from this portal. Go back, reload the page and try again."
    return _page(request, 403, "The form was not accepted", detail)


async def _on_problem(request: Request, problem: ApiProblem) -> Response:
    if problem.status == 401:
        return end_session(await _on_sign_in_needed(request, SignInNeeded()), deps_of(request))
    return _page(request, problem.status, problem.title, problem.detail, problem.errors)


async def _on_away(request: Request, error: ApiAway) -> Response:
    log.warning("api_away", path=request.url.path, detail=error.detail)
    response = _page(
        request,
        503,
        "Surveyor is not available at the moment",
        f"{error.detail} Discovery and assessments go on in the background; this page tries again by itself.",
        reload=True,
    )
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    titles = {404: "There is no such page", 405: "This page does not take that"}
    return _page(request, error.status_code, titles.get(error.status_code, error.detail), "")


async def _on_bug(request: Request, error: Exception) -> Response:
    log.error("page_failed", path=request.url.path, error_type=type(error).__name__, exc_info=error)
    page = _page(request, 500, "Something went wrong in the portal", "The portal's log says more.")
    # This handler answers outside the middleware that adds them.
    page.headers.update(HEADERS)
    return page


def _page(
    request: Request,
    status: int,
    title: str,
    detail: str,
    errors: dict[str, str] | None = None,
    *,
    reload: bool = False,
) -> Response:
    if _is_for_script(request):
        return _json(status, title, detail)
    context = {"title": title, "detail": detail, "errors": errors or {}, "reload": reload, "status": status}
    return render(request, "error.html", session_of(request), status, **context)


def _json(status: int, title: str, detail: str) -> Response:
    return JSONResponse({"title": title, "detail": detail}, status_code=status)


def _is_for_script(request: Request) -> bool:
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted or "text/event-stream" in accepted
