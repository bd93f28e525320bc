"""One request of a person: whose it is, what the API says to them, and the page they get."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.api_client import ApiClient
from portal.deps import Deps
from portal.rendering import templates
from portal.session import COOKIE, Session

CSRF_FIELD = "csrf_token"
ATTEMPT_FIELD = "attempt"
_GIVEN = ("asked", "given", "errors")


class Given(dict[str, str]):
    """What was given by name, in an address or a form; empty where nothing was."""

    def __missing__(self, name: str) -> str:
        return ""


class SignInNeeded(Exception):
    """Nobody is signed in, or no longer."""


class WrongCsrfToken(Exception):
    """A form came without the token of its session: perhaps another site sent it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with its session."""

    request: Request
    deps: Deps
    session: Session
    api: ApiClient

    def render(self, template: str, status_code: int = 200, **context: Any) -> Response:
        """Return a page."""
        return render(self.request, template, self.session, status_code, **context)

    async def form(self) -> FormData:
        """Return the fields of the sent form.

        Raises:
            WrongCsrfToken: It was not sent by one of our pages.
        """
        return await checked_form(self.request, self.session)


def deps_of(request: Request) -> Deps:
    """The application's parts."""
    deps: Deps = request.app.state.deps
    return deps


def session_of(request: Request) -> Session | None:
    """The session that the request's cookie holds."""
    return deps_of(request).sessions.open(request.cookies.get(COOKIE))


def signed_in(request: Request) -> Visit:
    """The visit of the person who is signed in.

    Raises:
        SignInNeeded: Nobody is.
    """
    deps, session = deps_of(request), session_of(request)
    if session is None or session.api_key is None:
        raise SignInNeeded
    return Visit(request, deps, session, ApiClient(deps.http, session.api_key))


async def checked_form(request: Request, session: Session | None) -> FormData:
    """Read a form that carries its session's token.

    Raises:
        WrongCsrfToken: It does not.
    """
    form = await request.form()
    if session is None or not session.accepts(str(form.get(CSRF_FIELD, ""))):
        await form.close()
        raise WrongCsrfToken
    return form


def attempt_of(form: FormData, body: Any) -> str:
    """Name what a form asks for, so that a second click or a reload asks for nothing more.

    The form's own number tells two wishes for the same thing apart; the content is in it because a browser
    may show an old form again and send something else with it.
    """
    asked = json.dumps([str(form.get(ATTEMPT_FIELD, "")), body], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def render(
    request: Request, template: str, session: Session | None, status_code: int = 200, **context: Any
) -> Response:
    """Return a page for a session, or for nobody."""
    now = deps_of(request).clock.now()
    whole = {"session": session, "now": now, "path": request.url.path} | context
    whole |= {name: Given(whole[name]) for name in _GIVEN if name in whole}
    return templates.TemplateResponse(request, template, whole, status_code=status_code)


def redirect(path: str, **params: str) -> RedirectResponse:
    """Send the browser to a page of ours, by GET."""
    query = f"?{urlencode(params)}" if params else ""
    return RedirectResponse(path + query, status_code=303)


def keep_session(response: Response, deps: Deps, session: Session) -> Response:
    """Give the browser a session."""
    response.set_cookie(
        COOKIE,
        deps.sessions.seal(session),
        max_age=deps.sessions.max_age_seconds,
        httponly=True,
        samesite="strict",
        secure=deps.settings.secure_cookie,
    )
    return response


def end_session(response: Response, deps: Deps) -> Response:
    """Take the session away from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=deps.settings.secure_cookie)
    return response
