"""The back-test on raw samples, and machines that are idle or oversized."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from query_api.assessments.backtests import counted
from query_api.bootstrap import Running
from query_api.testing.builders import (
    NOW,
    a_machine,
    an_assessed_machine,
    store_catalogue,
    store_machines,
    store_samples,
)
from query_api.testing.runs import complete_run
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.assessments.backtest_v1 import Backtest, BacktestCheck
from surveyor_schemas.assessments.results_v1 import RightSizing

START = NOW.replace(second=0, minute=0)
CPU = BacktestCheck(
    name="vcpus",
    disk_id=None,
    limit=2,
    metrics=["cpu_percent"],
    instances=[""],
    threshold=50,
    points_measured=3,
    points_above=1,
    percent_above=33.333333,
    longest_above_seconds=600,
)
DISKS = CPU.model_copy(
    update={
        "name": "disk_iops",
        "metrics": ["read_iops", "write_iops"],
        "instances": ["scsi0:0", "scsi0:1"],
        "threshold": 100.0,
    }
)
UNKNOWN = CPU.model_copy(
    update={
        "name": "network_mbit_per_second",
        "limit": None,
        "threshold": None,
        "points_measured": None,
        "points_above": None,
        "percent_above": None,
        "longest_above_seconds": None,
    }
)


def a_backtest(*checks: BacktestCheck) -> Backtest:
    return Backtest(
        resolution_seconds=600,
        window_start=START,
        window_end=START + timedelta(hours=1),
        checks=list(checks),
        worst_percent_above=None,
    )


def a_series(
    metric: str, instance: str, values: list[float], step: int = 20, skip: int = 0
) -> dict[str, Any]:
    first = int(START.timestamp()) + skip * step
    seconds = [first + number * step for number in range(len(values))]
    return {
        "metric": metric,
        "instance": instance,
        "interval_seconds": step,
        "seconds": seconds,
        "values": values,
    }


def test_raw_samples_are_counted_against_the_limits_of_the_result() -> None:
    rows = [a_series("cpu_percent", "", [10, 60, 70, 50, 80])]
    (check,) = counted(a_backtest(CPU), rows, START, START + timedelta(minutes=10)).checks
    assert (check.points_measured, check.points_above, check.percent_above) == (5, 3, 60.0)
    assert check.longest_above_seconds == 40


def test_series_that_belong_together_are_added_up_where_any_was_measured() -> None:
    rows = [a_series("read_iops", "scsi0:0", [60, 60, 60]), a_series("write_iops", "scsi0:1", [50], skip=1)]
    (check,) = counted(a_backtest(DISKS), rows, START, START + timedelta(minutes=1)).checks
    assert (check.points_measured, check.points_above) == (3, 1)


def test_a_gap_ends_a_stretch() -> None:
    before, after = a_series("cpu_percent", "", [90, 90]), a_series("cpu_percent", "", [90], skip=3)
    row = before | {key: before[key] + after[key] for key in ("seconds", "values")}
    (check,) = counted(a_backtest(CPU), [row], START, START + timedelta(minutes=2)).checks
    assert (check.points_above, check.longest_above_seconds) == (3, 40)


def test_no_sample_is_unknown_and_an_unknown_limit_is_not_counted() -> None:
    found = counted(a_backtest(CPU, UNKNOWN), [], START, START + timedelta(minutes=2))
    assert [check.points_measured for check in found.checks] == [0, None]
    assert found.checks[0].percent_above is None
    assert found.worst_percent_above is None


@pytest.fixture
async def assessment(api: httpx.AsyncClient, running: Running, store: ClickHouse) -> dict[str, Any]:
    """A completed assessment of two machines: one idle, one back-tested with samples."""
    machines = [a_machine(name="busy"), a_machine(name="idle")]
    await store_machines(store, *machines)
    await store_catalogue(store)
    group = {"name": "web", "machine_ids": [str(machine.machine_id) for machine in machines]}
    group_id = (await api.post("/v1/groups", json=group)).json()["id"]
    body = {"name": "one", "settings": {"azure_location": "westeurope"}}
    made: dict[str, Any] = (await api.post(f"/v1/groups/{group_id}/assessments", json=body)).json()
    idle = RightSizing(
        finding="Idle",
        reason="uses next to nothing",
        size_as_allocated=None,
        monthly_compute_cost_as_allocated=None,
        monthly_savings=None,
    )
    given: list[dict[str, Any]] = [{"backtest": a_backtest(CPU)}, {"rightsizing": idle}]
    ids = UUID(made["id"]), UUID(made["run_id"])
    results = [
        an_assessed_machine(*ids, machine_id=machine.machine_id, display_name=machine.name, **more)
        for machine, more in zip(machines, given, strict=True)
    ]
    await complete_run(running, store, made, results)
    values = [10.0, 60.0, 70.0]
    await store_samples(store, machines[0].machine_id, "cpu_percent", values, start=START)
    return made | {"busy": str(machines[0].machine_id), "idle": str(machines[1].machine_id)}


@pytest.mark.parts
async def test_one_machine_is_counted_on_demand(api: httpx.AsyncClient, assessment: dict[str, Any]) -> None:
    path = f"/v1/assessments/{assessment['id']}/machines/{assessment['busy']}/backtest"
    raw = (await api.get(path)).json()
    assert raw["resolution_seconds"] == 20
    assert raw["checks"][0]["points_above"] == 2
    stored = (await api.get(path, params={"resolution": "10m"})).json()
    assert stored["checks"][0]["points_measured"] == 3
    assert (await api.get(path, params={"from": (START - timedelta(days=40)).isoformat()})).status_code == 422


@pytest.mark.parts
async def test_a_machine_without_a_backtest_says_so(
    api: httpx.AsyncClient, assessment: dict[str, Any]
) -> None:
    path = f"/v1/assessments/{assessment['id']}/machines/{assessment['idle']}/backtest"
    assert (await api.get(path)).status_code == 409


@pytest.mark.parts
async def test_idle_machines_are_listed(api: httpx.AsyncClient, assessment: dict[str, Any]) -> None:
    path = f"/v1/assessments/{assessment['id']}/machines"
    found = (await api.get(path, params={"rightsizing": "Idle"})).json()["items"]
    assert [machine["display_name"] for machine in found] == ["idle"]
    assert (await api.get(path, params={"rightsizing": "Oversized"})).json()["items"] == []
