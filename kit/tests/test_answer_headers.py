import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from surveyor_kit.answer_headers import AnswerHeaders

HEADERS = {"X-Frame-Options": "DENY"}


async def said(_: Request) -> Response:
    return PlainTextResponse("yes", headers={"Cache-Control": "max-age=60", "X-Frame-Options": "ALLOW"})


async def broken(_: Request) -> Response:
    raise KeyError("gone")


class Answers:
    """An application, and what its middleware was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        middleware = Middleware(
            AnswerHeaders,
            headers=HEADERS,
            cache_control=lambda path: "no-cache" if path.startswith("/static") else "no-store",
            answered=lambda scope, status, seconds: self.told.append((scope["path"], status)),
        )
        routes = [Route("/said", said), Route("/broken", broken)]
        self._app = Starlette(routes=routes, middleware=[middleware])

    async def get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get(path)


@pytest.mark.parametrize(("path", "expected"), [("/none", "no-store"), ("/static/none", "no-cache")])
async def test_an_answer_that_says_nothing_of_caches_gets_the_word_of_its_path(
    path: str, expected: str
) -> None:
    answer = await Answers().get(path)
    assert answer.headers["cache-control"] == expected
    assert answer.headers["x-frame-options"] == "DENY"


async def test_an_answer_keeps_its_own_word_on_caches_but_not_on_safety() -> None:
    answer = await Answers().get("/said")
    assert answer.headers["cache-control"] == "max-age=60"
    assert answer.headers["x-frame-options"] == "DENY"


async def test_each_answer_is_told_once_also_where_the_application_fails() -> None:
    answers = Answers()
    for path in ("/said", "/none", "/broken"):
        await answers.get(path)
    assert answers.told == [("/said", 200), ("/none", 404), ("/broken", 500)]
