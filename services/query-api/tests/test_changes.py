from datetime import timedelta

import httpx
import pytest

from query_api.testing.builders import NOW, a_change, a_machine, store_changes, store_machines
from surveyor_kit.clickhouse import ClickHouse

pytestmark = pytest.mark.parts


async def test_changes_come_newest_first_over_all_pages(api: httpx.AsyncClient, store: ClickHouse) -> None:
    changes = [a_change(after=n, recorded_at=NOW + timedelta(microseconds=n)) for n in range(5)]
    await store_changes(store, *changes)

    first = (await api.get("/v1/changes", params={"limit": 3})).json()
    second = (await api.get("/v1/changes", params={"limit": 3, "cursor": first["next_cursor"]})).json()

    assert [change["after"] for change in first["items"] + second["items"]] == [4, 3, 2, 1, 0]
    assert second["next_cursor"] is None


async def test_changes_recorded_at_one_moment_are_all_shown_once(
    api: httpx.AsyncClient, store: ClickHouse
) -> None:
    await store_changes(store, *(a_change() for _ in range(5)))

    first = (await api.get("/v1/changes", params={"limit": 2})).json()
    rest = (await api.get("/v1/changes", params={"cursor": first["next_cursor"]})).json()

    assert len({change["change_id"] for change in first["items"] + rest["items"]}) == 5


async def test_values_keep_their_types(api: httpx.AsyncClient, store: ClickHouse) -> None:
    await store_changes(store, a_change(before=None, after={"name": "scsi0:1"}, kind="disk-added"))

    (change,) = (await api.get("/v1/changes")).json()["items"]

    assert (change["before"], change["after"]) == (None, {"name": "scsi0:1"})


async def test_a_machine_shows_its_own_changes_only(api: httpx.AsyncClient, store: ClickHouse) -> None:
    machine = a_machine()
    await store_machines(store, machine)
    await store_changes(store, a_change(machine_id=machine.machine_id, field_path="name"), a_change())

    page = (await api.get(f"/v1/machines/{machine.machine_id}/changes")).json()

    assert [change["field_path"] for change in page["items"]] == ["name"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": "power"}, ["power_state"]),
        ({"source_id": "host-1"}, ["cores"]),
        ({"since": f"{NOW:%Y-%m-%d}T12:03:21Z"}, ["power_state"]),
    ],
)
async def test_filters_narrow_the_changes(
    api: httpx.AsyncClient, store: ClickHouse, filters: dict[str, str], expected: list[str]
) -> None:
    await store_changes(
        store,
        a_change(kind="power", field_path="power_state", recorded_at=NOW + timedelta(seconds=1)),
        a_change(source_id="host-1"),
    )

    page = (await api.get("/v1/changes", params=filters)).json()

    assert [change["field_path"] for change in page["items"]] == expected
