"""Runs of an assessment: their list, an earlier one, and what differs between two."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from query_api.bootstrap import Running
from query_api.testing.builders import a_machine, an_assessed_machine, store_catalogue, store_machines
from query_api.testing.runs import complete_run
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = pytest.mark.parts


@dataclass
class Compared:
    """An assessment with two completed runs: of a, b, c, d, e, and of b, c, d, e, f."""

    api: httpx.AsyncClient
    path: str
    first_run: str
    second_run: str
    machines: dict[str, Machine]

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.api.get(f"{self.path}/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


FIRST: dict[str, dict[str, Any]] = {name: {} for name in "abcde"}
SECOND: dict[str, dict[str, Any]] = {
    "b": {"suitability": "Suitable"},
    "c": {"recommended_size": "Standard_D4s_v5", "monthly_compute_cost": Decimal("271.425")},
    "d": {"monthly_storage_cost": None},
    "e": {},
    "f": {"monthly_compute_cost": Decimal("10.000000000001"), "monthly_storage_cost": Decimal(0)},
}


@pytest.fixture
async def compared(api: httpx.AsyncClient, running: Running, store: ClickHouse) -> Compared:
    machines = {name: a_machine(name=name) for name in "abcdef"}
    await store_machines(store, *machines.values())
    await store_catalogue(store)
    ids = [str(machine.machine_id) for machine in machines.values()]
    group = (await api.post("/v1/groups", json={"name": "web", "machine_ids": ids})).json()
    body = {"name": "first look", "settings": {"azure_location": "westeurope"}}
    first = (await api.post(f"/v1/groups/{group['id']}/assessments", json=body)).json()
    await complete_run(running, store, first, _results(first, machines, FIRST))
    path = f"/v1/assessments/{first['id']}"
    second = (await api.post(f"{path}/recalculate")).json()
    await complete_run(
        running, store, second, _results(second, machines, SECOND), monthly_compute_cost=Decimal("281.5")
    )
    return Compared(api, path, first["run_id"], second["run_id"], machines)


def _results(
    assessment: dict[str, Any], machines: dict[str, Machine], results: dict[str, dict[str, Any]]
) -> list[Any]:
    assessment_id, run_id = UUID(assessment["id"]), UUID(assessment["run_id"])
    return [
        an_assessed_machine(
            assessment_id, run_id, machine_id=machines[name].machine_id, display_name=name, **given
        )
        for name, given in results.items()
    ]


async def test_runs_are_listed_with_what_came_out(compared: Compared) -> None:
    newest = await compared.get("runs", limit=1)
    oldest = await compared.get("runs", limit=1, cursor=newest["next_cursor"])

    assert [page["items"][0]["number"] for page in (newest, oldest)] == [2, 1]
    assert oldest["next_cursor"] is None
    costs = [page["items"][0]["figures"]["monthly_compute_cost"] for page in (newest, oldest)]
    assert costs == ["281.5", "71.425"]


async def test_an_earlier_run_is_shown_like_the_latest(compared: Compared) -> None:
    shown = await compared.get(f"runs/{compared.first_run}")

    assert (shown["run_number"], shown["run_id"]) == (1, compared.first_run)
    assert shown["summary"]["monthly_compute_cost"] == "71.425"


async def test_a_run_of_another_assessment_is_not_found(compared: Compared) -> None:
    answer = await compared.api.get(f"{compared.path}/runs/{uuid4()}")
    assert (answer.status_code, "run" in answer.json()["detail"]) == (404, True)


async def test_the_latest_run_is_compared_with_the_one_before(compared: Compared) -> None:
    comparison = await compared.get("comparison")

    assert (comparison["before"]["number"], comparison["after"]["number"]) == (1, 2)
    assert comparison["counts"] == {
        "added": 1,
        "removed": 1,
        "readiness": 1,
        "size": 1,
        "cost": 2,
        "same": 1,
    }
    assert [
        (one["name"], one["differences"], one["monthly_cost_difference"]) for one in comparison["items"]
    ] == [
        ("c", ["size", "cost"], "200.000000000000"),
        ("a", ["removed"], "-80.710000000000"),
        ("f", ["added"], "10.000000000001"),
        ("b", ["readiness"], "0.000000000000"),
        ("d", ["cost"], None),
    ]
    assert comparison["items"][1]["after"] is None
    assert comparison["items"][2]["before"] is None


async def test_a_comparison_is_read_page_by_page_and_by_difference(compared: Compared) -> None:
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await compared.get("comparison", limit=2, cursor=cursor)
        names += [one["name"] for one in page["items"]]
        cursor = page["next_cursor"]
    dearer = await compared.get("comparison", difference="cost")

    assert names == ["c", "a", "f", "b", "d"]
    assert [one["name"] for one in dearer["items"]] == ["c", "d"]


async def test_runs_can_be_compared_the_other_way_round(compared: Compared) -> None:
    turned = await compared.get("comparison", before=compared.second_run, after=compared.first_run)

    assert turned["items"][0]["monthly_cost_difference"] == "-200.000000000000"


async def test_a_first_run_has_nothing_to_be_compared_with(compared: Compared) -> None:
    answer = await compared.api.get(f"{compared.path}/comparison", params={"after": compared.first_run})

    assert answer.status_code == 409
    assert "run 1" in answer.json()["detail"]
