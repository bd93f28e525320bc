import re
from typing import Any

import httpx
import pytest

from portal.session import COOKIE

KEY = "key-of-an-operator"


async def form_token(visitor: httpx.AsyncClient) -> str:
    page = await visitor.get("/sign-in")
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def submit(visitor: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await visitor.post(
        "/sign-in", data={"csrf_token": await form_token(visitor), "next": "/", **fields}
    )


@pytest.fixture
def known(api: Any) -> None:
    api.answer("GET", "/v1/me", {"name": "Ada", "role": "operator"})


@pytest.mark.usefixtures("known")
async def test_valid_key_leads_to_the_wanted_page(visitor: httpx.AsyncClient, api: Any) -> None:
    answer = await submit(visitor, api_key=KEY, next="/machines?q=db")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/machines?q=db")
    assert api.requests[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.usefixtures("known")
async def test_session_cookie_is_kept_from_scripts_and_other_sites(visitor: httpx.AsyncClient) -> None:
    cookie = (await submit(visitor, api_key=KEY)).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert KEY not in cookie


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    "target", ["https://elsewhere", "//elsewhere", "/\\elsewhere", "javascript:alert(1)"]
)
async def test_sign_in_leads_to_no_other_site(visitor: httpx.AsyncClient, target: str) -> None:
    answer = await submit(visitor, api_key=KEY, next=target)
    assert answer.headers["Location"] == "/"


async def test_key_that_the_api_refuses_is_said_beside_the_field(
    visitor: httpx.AsyncClient, api: Any
) -> None:
    api.answer("GET", "/v1/me", {"title": "A valid API key is needed", "detail": "Not valid."}, 401)
    answer = await submit(visitor, api_key="wrong")
    assert answer.status_code == 422
    assert "The key is not valid" in answer.text


@pytest.mark.parametrize("key", ["", "  ", "schlüssel", "two\nlines"])
async def test_key_that_cannot_be_one_is_not_sent(visitor: httpx.AsyncClient, api: Any, key: str) -> None:
    assert (await submit(visitor, api_key=key)).status_code == 422
    assert api.requests == []


async def test_sign_in_needs_the_token_of_its_form(visitor: httpx.AsyncClient, api: Any) -> None:
    await form_token(visitor)
    answer = await visitor.post("/sign-in", data={"csrf_token": "guessed", "api_key": KEY})
    assert answer.status_code == 403
    assert api.requests == []


async def test_page_asks_to_sign_in_and_remembers_where_to(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/machines?q=db")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Fmachines%3Fq%3Ddb")


async def test_key_that_is_no_longer_valid_ends_the_session(
    visitor: httpx.AsyncClient, api: Any, sign_in: Any
) -> None:
    sign_in()
    api.answer("GET", "/v1/groups", {"title": "A valid API key is needed", "detail": "Revoked."}, 401)
    answer = await visitor.get("/groups")
    assert answer.headers["Location"] == "/sign-in?next=%2Fgroups"
    assert 'surveyor_session="";' in answer.headers["Set-Cookie"]


async def test_signed_in_person_is_not_asked_again(visitor: httpx.AsyncClient, sign_in: Any) -> None:
    sign_in()
    assert (await visitor.get("/sign-in")).headers["Location"] == "/"


async def test_sign_out_takes_the_cookie_away(visitor: httpx.AsyncClient, sign_in: Any) -> None:
    session = sign_in()
    answer = await visitor.post("/sign-out", data={"csrf_token": session.csrf_token})
    assert answer.headers["Location"] == "/sign-in"
    assert 'surveyor_session="";' in answer.headers["Set-Cookie"]
