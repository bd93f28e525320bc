"""The portal without sockets, in front of an API that answers what a test tells it to."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from portal.app import create_app
from portal.bootstrap import put_together
from portal.session import COOKIE, Session
from portal.settings import PortalSettings

KEY = "key-of-an-operator"
Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class FakeApi:
    """Answers by method and path; what it was asked is kept."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        self.requests: list[httpx.Request] = []

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """Answer with a document; errors are problem documents."""
        media_type = "application/problem+json" if status >= 400 else "application/json"
        content = json.dumps(body).encode()
        self.answers[method, path] = httpx.Response(
            status, headers={"Content-Type": media_type}, content=content
        )

    def fail(self, method: str, path: str, error: Exception) -> None:
        """Let the connection fail."""
        self.answers[method, path] = error

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.answers.get((request.method, request.url.path))
        if isinstance(found, Exception):
            raise found
        if callable(found):
            return found(request)
        return found or httpx.Response(404, json={"title": "There is no such thing", "detail": "Not here."})


@pytest.fixture
def settings() -> PortalSettings:
    return PortalSettings(
        api_url="http://api", session_secret="a secret of the tests, long enough to be taken"
    )


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
async def visitor(api: FakeApi, settings: PortalSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without script that nobody is signed in at."""
    transport = httpx.MockTransport(api.handle)
    async with httpx.AsyncClient(transport=transport, base_url=settings.api_url) as http:
        app = create_app(put_together(settings, http))
        own = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=own, base_url="http://portal") as client:
            yield client


@pytest.fixture
def sign_in(visitor: httpx.AsyncClient, settings: PortalSettings) -> Callable[..., Session]:
    """Give the browser the session of somebody; returns it."""

    def signed_in(role: str = "operator") -> Session:
        session = Session.signed_in(KEY, "Ada", role)
        sealed = put_together(settings, httpx.AsyncClient()).sessions.seal(session)
        visitor.cookies.set(COOKIE, sealed)
        return session

    return signed_in
