from datetime import timedelta
from typing import Any

import httpx
import pytest

from query_api.testing.builders import NOW, a_disk, a_machine, store_machines, store_samples
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = pytest.mark.parts

SLOT = NOW.replace(hour=11, minute=0, second=0)
DAY = f"{NOW:%Y-%m-%d}"


@pytest.fixture
async def machine(store: ClickHouse) -> Machine:
    machine = a_machine(disks=[a_disk(0), a_disk(1)])
    await store_machines(store, machine)
    return machine


async def _performance(api: httpx.AsyncClient, machine: Machine, **params: Any) -> dict[str, Any]:
    answer = await api.get(f"/v1/machines/{machine.machine_id}/performance", params=params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_slot_has_its_peak_and_says_how_much_of_it_was_measured(
    api: httpx.AsyncClient, store: ClickHouse, machine: Machine
) -> None:
    await store_samples(store, machine.machine_id, "cpu_percent", [10, 60, 20], start=SLOT)

    performance = await _performance(api, machine, metric="cpu_percent", resolution="10m")

    (series,) = performance["series"]
    assert series == {
        "metric": "cpu_percent",
        "instance": "",
        "device_name": None,
        "unit": "percent",
        "method": None,
        "points": [
            {
                "at": f"{DAY}T11:00:00Z",
                "value": 60.0,
                "min": 10.0,
                "generated": False,
                "samples_present": 3,
                "samples_expected": 30,
            }
        ],
    }


async def test_raw_samples_say_whether_they_were_generated(
    api: httpx.AsyncClient, store: ClickHouse, machine: Machine
) -> None:
    start = NOW - timedelta(minutes=10)
    await store_samples(store, machine.machine_id, "cpu_percent", [1, 2], start=start, generated=True)
    later = start + timedelta(minutes=5)
    await store_samples(store, machine.machine_id, "cpu_percent", [3], start=later)

    performance = await _performance(api, machine, metric="cpu_percent", resolution="raw")

    (series,) = performance["series"]
    assert [(p["value"], p["generated"]) for p in series["points"]] == [(1, True), (2, True), (3, False)]


async def test_series_of_disks_name_the_disk(
    api: httpx.AsyncClient, store: ClickHouse, machine: Machine
) -> None:
    for instance in ("scsi0:0", "scsi0:1"):
        await store_samples(store, machine.machine_id, "read_iops", [5], start=SLOT, instance=instance)

    performance = await _performance(api, machine)

    assert [(s["metric"], s["instance"], s["device_name"], s["unit"]) for s in performance["series"]] == [
        ("read_iops", "scsi0:0", "scsi0:0", "operations/s"),
        ("read_iops", "scsi0:1", "scsi0:1", "operations/s"),
    ]


@pytest.mark.parametrize("resolution", ["raw", "10m"])
async def test_one_instance_can_be_asked_for(
    api: httpx.AsyncClient, store: ClickHouse, machine: Machine, resolution: str
) -> None:
    await store_samples(store, machine.machine_id, "cpu_percent", [5], start=SLOT)
    for instance in ("scsi0:0", "scsi0:1"):
        await store_samples(store, machine.machine_id, "write_iops", [5], start=SLOT, instance=instance)

    performance = await _performance(
        api, machine, instance="scsi0:1", resolution=resolution, **{"from": f"{DAY}T10:00:00Z"}
    )

    assert [series["instance"] for series in performance["series"]] == ["scsi0:1"]


async def test_memory_says_how_it_was_measured(
    api: httpx.AsyncClient, store: ClickHouse, machine: Machine
) -> None:
    await store_samples(
        store, machine.machine_id, "memory_percent", [40], start=SLOT, method="guest-available"
    )

    performance = await _performance(api, machine, metric="memory_percent")

    assert performance["series"][0]["method"] == "guest-available"


@pytest.mark.parametrize(("minutes", "resolution"), [(120, "raw"), (121, "10m")])
async def test_short_windows_are_shown_raw(
    api: httpx.AsyncClient, machine: Machine, minutes: int, resolution: str
) -> None:
    start = NOW - timedelta(minutes=minutes)

    performance = await _performance(api, machine, **{"from": start.isoformat()})

    assert performance["resolution"] == resolution


async def test_the_slot_at_the_window_s_edge_belongs_to_it(
    api: httpx.AsyncClient, store: ClickHouse, machine: Machine
) -> None:
    await store_samples(store, machine.machine_id, "cpu_percent", [5], start=SLOT)

    performance = await _performance(
        api, machine, resolution="10m", **{"from": f"{DAY}T11:04:00Z", "until": f"{DAY}T11:30:00Z"}
    )

    assert len(performance["series"][0]["points"]) == 1


async def test_a_machine_without_samples_has_no_series(api: httpx.AsyncClient, machine: Machine) -> None:
    assert (await _performance(api, machine))["series"] == []


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"metric": "disk_percent"}, "metric.0"),
        ({"from": "2026-01-31T12:00:00"}, "from"),
        ({"from": "2026-01-31T12:00:00Z", "until": "2026-01-31T11:00:00Z"}, "from"),
        ({"from": "2026-01-01T12:00:00Z", "resolution": "raw"}, "from"),
        ({"resolution": "1h"}, "resolution"),
    ],
)
async def test_a_wrong_window_is_named(
    api: httpx.AsyncClient, machine: Machine, params: dict[str, str], field: str
) -> None:
    answer = await api.get(f"/v1/machines/{machine.machine_id}/performance", params=params)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
