import httpx
import pytest

from query_api.bootstrap import Running, prepare
from query_api.control.database import ControlDatabase
from query_api.testing.builders import ADMIN_KEY
from query_api.testing.client import client_of

pytestmark = pytest.mark.parts


async def key_of(api: httpx.AsyncClient, role: str) -> tuple[str, str]:
    answer = (await api.post("/v1/api-keys", json={"name": f"the {role}", "role": role})).json()
    return answer["id"], answer["key"]


async def test_a_request_without_a_key_is_refused(running: Running) -> None:
    async with client_of(running, key=None) as nobody:
        answer = await nobody.get("/v1/machines")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_key_is_refused(running: Running) -> None:
    async with client_of(running, key="svk_wrong") as stranger:
        assert (await stranger.get("/v1/machines")).status_code == 401


async def test_a_key_may_come_in_either_header(running: Running) -> None:
    async with client_of(running, key=None) as client:
        answer = await client.get("/v1/me", headers={"X-API-Key": ADMIN_KEY})

    assert answer.json() == {"name": "bootstrap", "role": "admin"}


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("reader", "GET", "/v1/groups", 200),
        ("reader", "POST", "/v1/groups", 403),
        ("reader", "GET", "/v1/audit", 403),
        ("operator", "POST", "/v1/groups", 201),
        ("operator", "POST", "/v1/api-keys", 403),
        ("admin", "GET", "/v1/audit", 200),
    ],
)
async def test_a_role_may_do_what_it_is_for(
    api: httpx.AsyncClient, running: Running, role: str, method: str, path: str, status: int
) -> None:
    _, key = await key_of(api, role)

    async with client_of(running, key) as client:
        answer = await client.request(method, path, json={"name": "web"} if method == "POST" else None)

    assert answer.status_code == status


async def test_a_revoked_key_no_longer_works(api: httpx.AsyncClient, running: Running) -> None:
    key_id, key = await key_of(api, "reader")
    await api.delete(f"/v1/api-keys/{key_id}")

    async with client_of(running, key) as client:
        assert (await client.get("/v1/me")).status_code == 401


async def test_a_key_is_shown_once_and_not_kept(
    api: httpx.AsyncClient, database: ControlDatabase, running: Running
) -> None:
    _, key = await key_of(api, "reader")

    listed = (await api.get("/v1/api-keys")).text
    async with database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM api_keys")).all()

    assert key not in listed
    assert key not in str(rows)


async def test_another_bootstrap_key_replaces_the_first(
    database: ControlDatabase, running: Running, api: httpx.AsyncClient
) -> None:
    await running.deps.keys.install_bootstrap_key("another-key-of-an-administrator-0123456789")
    assert (await api.get("/v1/me")).status_code == 401

    await prepare(database, running.deps)
    assert (await api.get("/v1/me")).status_code == 200


async def test_without_a_bootstrap_key_the_earlier_one_no_longer_works(
    running: Running, api: httpx.AsyncClient
) -> None:
    await running.deps.keys.install_bootstrap_key(None)

    assert (await api.get("/v1/me")).status_code == 401


async def test_the_audit_says_who_changed_what(api: httpx.AsyncClient, running: Running) -> None:
    _, key = await key_of(api, "operator")
    async with client_of(running, key) as operator:
        group = (await operator.post("/v1/groups", json={"name": "web"})).json()

    newest = (await api.get("/v1/audit", params={"limit": 1})).json()
    rest = (await api.get("/v1/audit", params={"cursor": newest["next_cursor"]})).json()

    (entry,) = newest["items"]
    assert (entry["actor"], entry["action"], entry["subject"]) == (
        "the operator",
        "group.create",
        group["id"],
    )
    assert [entry["action"] for entry in rest["items"]] == ["api-key.create"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"])
async def test_health_metrics_and_description_need_no_key(running: Running, path: str) -> None:
    async with client_of(running, key=None) as nobody:
        assert (await nobody.get(path)).status_code == 200


async def test_every_answer_has_the_security_headers(running: Running) -> None:
    async with client_of(running, key=None) as nobody:
        headers = (await nobody.get("/v1/nothing")).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers
