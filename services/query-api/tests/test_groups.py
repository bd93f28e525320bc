import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from query_api.bootstrap import Running
from query_api.testing.builders import NOW, a_machine, store_machines
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.groups.group_changed_v1 import GroupChanged
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = pytest.mark.parts


@pytest.fixture
async def machines(store: ClickHouse) -> list[Machine]:
    machines = [a_machine(name=f"web-{n:02}") for n in range(3)]
    await store_machines(store, *machines)
    return machines


def ids(machines: list[Machine]) -> list[str]:
    return [str(machine.machine_id) for machine in machines]


async def create(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await api.post("/v1/groups", json={"name": "web"} | body)
    assert answer.status_code == 201, answer.text
    group: dict[str, Any] = answer.json()
    return group


async def test_a_group_is_made_with_its_machines(api: httpx.AsyncClient, machines: list[Machine]) -> None:
    group = await create(api, machine_ids=ids(machines), description="the web tier")

    assert (group["machine_count"], group["revision"]) == (3, 1)
    assert (await api.get(f"/v1/groups/{group['id']}")).json() == group
    assert (await api.get("/v1/groups")).json()["items"] == [group]


async def test_members_are_paged_with_what_is_known_of_them(
    api: httpx.AsyncClient, machines: list[Machine]
) -> None:
    group = await create(api, machine_ids=ids(machines))
    path = f"/v1/groups/{group['id']}/members"

    first = (await api.get(path, params={"limit": 2})).json()
    second = (await api.get(path, params={"cursor": first["next_cursor"]})).json()

    members = first["items"] + second["items"]
    assert {member["machine"]["name"] for member in members} == {"web-00", "web-01", "web-02"}
    assert second["next_cursor"] is None


async def test_a_removed_machine_stays_in_its_group_and_says_so(
    api: httpx.AsyncClient, store: ClickHouse, machines: list[Machine]
) -> None:
    group = await create(api, machine_ids=ids(machines[:1]))
    await store_machines(store, machines[0].model_copy(update={"revision": 2, "removed_at": NOW}))

    (member,) = (await api.get(f"/v1/groups/{group['id']}/members")).json()["items"]

    assert member["machine"]["removed_at"] == f"{NOW:%Y-%m-%d}T12:03:20Z"


async def test_adding_and_removing_members_makes_revisions_only_when_it_changes_something(
    api: httpx.AsyncClient, machines: list[Machine]
) -> None:
    group = await create(api)
    path = f"/v1/groups/{group['id']}/members"
    revisions = []
    for operation, some in [
        ("add", machines),
        ("add", machines[:1]),
        ("remove", machines[:2]),
        ("remove", machines[:2]),
    ]:
        changed = await api.post(path, json={"operation": operation, "machine_ids": ids(some)})
        revisions.append((changed.json()["revision"], changed.json()["machine_count"]))

    assert revisions == [(2, 3), (2, 3), (3, 1), (3, 1)]


async def test_a_machine_that_nobody_has_seen_cannot_be_added(
    api: httpx.AsyncClient, machines: list[Machine]
) -> None:
    group = await create(api)

    answer = await api.post(
        f"/v1/groups/{group['id']}/members",
        json={"operation": "add", "machine_ids": [*ids(machines[:1]), str(uuid4())]},
    )

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["machine_ids.1"]


async def test_two_groups_may_not_differ_by_case_alone(api: httpx.AsyncClient) -> None:
    await create(api, name="Web")

    answer = await api.post("/v1/groups", json={"name": "wEB"})

    assert answer.status_code == 409


async def test_a_deleted_group_is_gone_and_its_name_free(api: httpx.AsyncClient) -> None:
    group = await create(api)

    assert (await api.delete(f"/v1/groups/{group['id']}")).status_code == 204

    assert (await api.get(f"/v1/groups/{group['id']}")).status_code == 404
    assert (await create(api))["id"] != group["id"]


async def test_renaming_keeps_what_is_left_out(api: httpx.AsyncClient) -> None:
    group = await create(api, description="old")

    renamed = (await api.patch(f"/v1/groups/{group['id']}", json={"name": "frontend"})).json()

    assert (renamed["name"], renamed["description"], renamed["revision"]) == ("frontend", "old", 2)


async def test_groups_are_found_by_part_of_their_name(api: httpx.AsyncClient) -> None:
    for name in ("Web tier", "database", "100% web"):
        await create(api, name=name)

    page = (await api.get("/v1/groups", params={"q": "% WEB"})).json()

    assert [group["name"] for group in page["items"]] == ["100% web"]


async def test_groups_are_paged_by_name(api: httpx.AsyncClient) -> None:
    for name in ("c", "A", "b"):
        await create(api, name=name)

    first = (await api.get("/v1/groups", params={"limit": 2})).json()
    second = (await api.get("/v1/groups", params={"cursor": first["next_cursor"]})).json()

    assert [group["name"] for group in first["items"] + second["items"]] == ["A", "b", "c"]


async def test_each_change_is_told_in_order(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher, machines: list[Machine]
) -> None:
    group = await create(api, machine_ids=ids(machines))
    await api.patch(f"/v1/groups/{group['id']}", json={"name": "frontend"})
    await api.delete(f"/v1/groups/{group['id']}")
    await running.outbox.publish_waiting()

    told = [event for event in publisher.events("groups") if isinstance(event, GroupChanged)]

    assert [(event.revision, event.name, event.machine_count, event.deleted) for event in told] == [
        (1, "web", 3, False),
        (2, "frontend", 3, False),
        (3, "frontend", 3, True),
    ]


async def test_what_was_told_is_not_told_again(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher
) -> None:
    await create(api)

    assert [await running.outbox.publish_waiting() for _ in range(2)] == [1, 0]
    assert len(publisher.published) == 1


async def test_a_repeated_request_under_one_key_makes_one_group(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "first"}

    answers = [await api.post("/v1/groups", json={"name": "web"}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_concurrent_requests_under_one_key_make_one_group(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "first"}

    answers = await asyncio.gather(
        *(api.post("/v1/groups", json={"name": "web"}, headers=headers) for _ in range(5))
    )

    assert len({answer.json().get("id") for answer in answers if answer.status_code == 201}) == 1
    assert len((await api.get("/v1/groups")).json()["items"]) == 1


async def test_a_key_used_for_another_request_is_refused(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "first"}
    await api.post("/v1/groups", json={"name": "web"}, headers=headers)

    answer = await api.post("/v1/groups", json={"name": "db"}, headers=headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "idempotency-key"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "web", "colour": "red"}, "colour"),
        ({"name": "web", "machine_ids": ["x"]}, "machine_ids.0"),
    ],
)
async def test_a_wrong_field_is_named(api: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    answer = await api.post("/v1/groups", json=body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_body_that_is_not_json_is_a_problem(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/groups", content=b"{", headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:surveyor:problem:malformed")
