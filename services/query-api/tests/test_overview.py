from datetime import timedelta

import httpx
import pytest

from query_api.testing.builders import (
    NOW,
    a_disk,
    a_machine,
    store_catalogue,
    store_machines,
    store_samples,
)
from surveyor_kit.clickhouse import ClickHouse

pytestmark = pytest.mark.parts


async def test_the_estate_is_counted(api: httpx.AsyncClient, store: ClickHouse) -> None:
    await store_machines(
        store,
        a_machine(cores=4, memory_mib=8192, disks=[a_disk(size_bytes=100)]),
        a_machine(source_kind="hyperv", power_state="off", cores=2, memory_mib=None, disks=[]),
        a_machine(is_template=True),
        a_machine(removed_at=NOW),
        a_machine(power_state=None, cores=None, memory_mib=None, disks=[]),
    )

    summary = (await api.get("/v1/summary")).json()

    assert summary == {
        "machine_count": 3,
        "removed_count": 1,
        "template_count": 1,
        "by_source_kind": {"hyperv": 1, "vmware": 2},
        "by_power_state": {"off": 1, "on": 1, "unknown": 1},
        "by_os_family": {"linux": 3},
        "cores": 6,
        "memory_mib": 8192,
        "disk_bytes": 100,
        "newest_sample_at": None,
        "sampled_in_last_hour": 0,
        "coverage": [
            {"metric": "cpu_percent", "percent": 0.0},
            {"metric": "memory_percent", "percent": 0.0},
        ],
    }


async def test_coverage_is_the_share_of_slots_with_a_sample(
    api: httpx.AsyncClient, store: ClickHouse
) -> None:
    machines = [a_machine(), a_machine()]
    await store_machines(store, *machines)
    start = NOW.replace(minute=0, second=0) - timedelta(hours=12)
    await store_samples(
        store, machines[0].machine_id, "cpu_percent", [1.0] * 72, start=start, interval_seconds=600
    )

    coverage = (await api.get("/v1/summary")).json()["coverage"]

    assert coverage[0] == {"metric": "cpu_percent", "percent": 25.0}


async def test_generated_samples_are_not_the_newest(api: httpx.AsyncClient, store: ClickHouse) -> None:
    machine = a_machine()
    await store_machines(store, machine)
    real, generated = NOW - timedelta(minutes=5), NOW - timedelta(minutes=2)
    await store_samples(store, machine.machine_id, "cpu_percent", [1.0], start=real)
    await store_samples(store, machine.machine_id, "cpu_percent", [1.0], start=generated, generated=True)

    summary = (await api.get("/v1/summary")).json()

    assert summary["newest_sample_at"] == f"{real:%Y-%m-%dT%H:%M:%S}Z"


async def test_an_empty_estate_has_no_coverage(api: httpx.AsyncClient, store: ClickHouse) -> None:
    summary = (await api.get("/v1/summary")).json()

    assert (summary["machine_count"], summary["coverage"][0]["percent"]) == (0, None)


async def test_the_newest_catalogue_is_shown(api: httpx.AsyncClient, store: ClickHouse) -> None:
    await store_catalogue(store, "the-hash")

    assert (await api.get("/v1/catalogue")).json()["hash"] == "the-hash"
