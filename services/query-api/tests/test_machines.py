from uuid import uuid4

import httpx
import pytest

from query_api.testing.builders import NOW, a_machine, store_machines
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = pytest.mark.parts


async def test_machines_come_in_the_order_of_their_names_over_all_pages(
    api: httpx.AsyncClient, store: ClickHouse
) -> None:
    names = ["Beta", "alpha", "gamma", "alpha", "delta"]
    await store_machines(store, *(a_machine(name=name) for name in names))

    seen, cursor = [], None
    while True:
        page = (
            await api.get("/v1/machines", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [machine["name"] for machine in page["items"]]
        assert page["total"] == 5
        if (cursor := page["next_cursor"]) is None:
            break

    assert seen == ["alpha", "alpha", "Beta", "delta", "gamma"]


async def test_an_empty_cursor_is_the_start(api: httpx.AsyncClient, store: ClickHouse) -> None:
    await store_machines(store, a_machine())

    assert len((await api.get("/v1/machines", params={"cursor": ""})).json()["items"]) == 1


async def test_names_sort_backwards_on_request(api: httpx.AsyncClient, store: ClickHouse) -> None:
    await store_machines(store, *(a_machine(name=name) for name in ("a", "b", "c")))

    first = (await api.get("/v1/machines", params={"sort": "-name", "limit": 2})).json()
    second = (await api.get("/v1/machines", params={"sort": "-name", "cursor": first["next_cursor"]})).json()

    assert [m["name"] for m in first["items"] + second["items"]] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"q": "WEB"}, ["web-01", "web-02"]),
        ({"source_kind": "hyperv"}, ["db-01"]),
        ({"source_id": "host-1"}, ["db-01"]),
        ({"power_state": "off"}, ["web-02"]),
        ({"os_family": "linux", "power_state": "on"}, ["db-01", "web-01"]),
        ({"include_removed": "true", "q": "old"}, ["old-01"]),
        ({"q": "old"}, []),
    ],
)
async def test_filters_narrow_the_list(
    api: httpx.AsyncClient, store: ClickHouse, filters: dict[str, str], expected: list[str]
) -> None:
    await store_machines(
        store,
        a_machine(name="web-01"),
        a_machine(name="web-02", power_state="off"),
        a_machine(name="db-01", source_kind="hyperv", source_id="host-1"),
        a_machine(name="old-01", removed_at=NOW),
    )

    page = (await api.get("/v1/machines", params=filters)).json()

    assert [machine["name"] for machine in page["items"]] == expected


async def test_only_the_latest_revision_of_a_machine_shows(api: httpx.AsyncClient, store: ClickHouse) -> None:
    machine = a_machine(cores=2)
    await store_machines(store, machine.model_copy(update={"revision": 9, "cores": 8}))
    await store_machines(store, machine)

    (shown,) = (await api.get("/v1/machines")).json()["items"]

    assert shown["cores"] == 8


async def test_one_machine_shows_all_that_is_known(api: httpx.AsyncClient, store: ClickHouse) -> None:
    machine = a_machine(memory_mib=None)
    await store_machines(store, machine)

    answer = await api.get(f"/v1/machines/{machine.machine_id}")

    assert Machine.model_validate_json(answer.content) == machine


async def test_an_unknown_machine_is_a_problem(api: httpx.AsyncClient) -> None:
    answer = await api.get(f"/v1/machines/{uuid4()}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:surveyor:problem:not-found"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"power_state": "sleeping"}, "power_state"),
        ({"powerstate": "on"}, "powerstate"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "WyJhIiwiYiJd"}, "cursor"),
    ],
)
async def test_a_wrong_parameter_is_named(api: httpx.AsyncClient, params: dict[str, str], field: str) -> None:
    answer = await api.get("/v1/machines", params=params)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
