"""Sign in with an API key, and out again."""

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiClient, ApiProblem
from portal.session import Session
from portal.visit import (
    checked_form,
    deps_of,
    end_session,
    keep_session,
    redirect,
    render,
    session_of,
)


async def show(request: Request) -> Response:
    """The form, unless somebody is signed in already."""
    session = session_of(request)
    if session and session.api_key:
        return redirect(_own_path(request.query_params.get("next", "")))
    return _form(request)


async def submit(request: Request) -> Response:
    """Check the key by asking the API whose it is."""
    form = await checked_form(request, session_of(request))
    key, target = str(form.get("api_key", "")).strip(), _own_path(str(form.get("next", "")))
    if not key:
        return _form(request, "Enter an API key.", 422)
    if not key.isascii() or not key.isprintable():
        return _form(request, "The key is not valid: it has characters that no key has.", 422)
    deps = deps_of(request)
    try:
        caller = await ApiClient(deps.http, key).get("/v1/me")
    except ApiProblem as problem:
        if problem.status not in (401, 403):
            raise
        return _form(
            request, "The key is not valid. Check that it was copied whole, or ask for a new one.", 422
        )
    return keep_session(redirect(target), deps, Session.signed_in(key, caller["name"], caller["role"]))


async def leave(request: Request) -> Response:
    """End the session."""
    await checked_form(request, session_of(request))
    return end_session(redirect("/sign-in"), deps_of(request))


def _form(request: Request, error: str | None = None, status: int = 200) -> Response:
    """Show the form with a session of its own, whose token the form has to bring back."""
    anonymous = Session.before_sign_in()
    target = _own_path(request.query_params.get("next", ""))
    response = render(request, "sign-in.html", anonymous, status, error=error, next=target)
    return keep_session(response, deps_of(request), anonymous)


def _own_path(target: str) -> str:
    """Go to pages of this portal only: `//host` and `/\\host` would lead to another site."""
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_own else "/"
