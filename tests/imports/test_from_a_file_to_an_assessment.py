"""A file goes the whole way: uploaded, published, normalized, grouped, assessed, and taken out again."""

import asyncio
import io
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx
import openpyxl
import pytest

from devstack.fixtures.broker import running_kafka
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.topics import TOPICS

pytestmark = [pytest.mark.parts, pytest.mark.slow]

KEY = "end-to-end-key-of-an-administrator-0123456789"
PATIENCE_SECONDS = 120
POLL_SECONDS = 0.2
SETTINGS = {"azure_location": "westeurope"}
CSV = "\n".join(
    [
        "*Server name,*Cores,*Memory (In MB),*OS name,Boot type,CPU utilization percentage,"
        "Memory utilization percentage,Disk 1 size (In GB),Disk 1 read ops (operations per second),"
        "Disk 2 size (In GB),Disk 2 write throughput (MB per second),Network Out throughput (MBps)",
        "app-01,16,65536,Windows Server 2019,BIOS,20,30,128,2000,512,90,1.5",
        "app-02,4,8192,Ubuntu 22.04,UEFI,,,64,,,,",
        "app-03,zero,8192,Ubuntu 22.04,UEFI,,,64,,,,",
    ]
)
Result = TypeVar("Result")


def rvtools(*names: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "vInfo"
    sheet.append(["VM", "Powerstate", "CPUs", "Memory", "Firmware", "OS according to the configuration file",
                  "VM UUID"])  # fmt: skip
    disks = book.create_sheet("vDisk")
    disks.append(["VM", "VM UUID", "Disk", "Capacity MiB"])
    for number, name in enumerate(names):
        uuid = f"5021e3a0-0000-4c11-8d11-{number:012}"
        sheet.append(
            [name, "poweredOn", 4, 16384, "bios", "Microsoft Windows Server 2016 or later (64-bit)", uuid]
        )
        disks.append([name, uuid, "Hard disk 1", 131_072])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def environment(clickhouse: RunningClickHouse, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings of a broker and a store of this test's own, with topics and tables."""
    store = clickhouse.settings()
    with running_kafka(tmp_path) as broker:
        asyncio.run(_prepare(KafkaSettings(bootstrap_servers=broker.bootstrap_servers), store))
        yield {
            "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "SURVEYOR_CLICKHOUSE__URL": store.url,
            "SURVEYOR_CLICKHOUSE__DATABASE": store.database,
            "SURVEYOR_CLICKHOUSE__USERNAME": store.username,
            "SURVEYOR_CLICKHOUSE__PASSWORD": store.password.get_secret_value(),
            "SURVEYOR_NORMALIZER__DATA_DIR": str(tmp_path / "faust"),
            "SURVEYOR_NORMALIZER__BATCH_WAIT_SECONDS": "0.1",
            "SURVEYOR_QUERY_API__DATABASE_URL": f"sqlite:///{tmp_path / 'control.db'}",
            "SURVEYOR_QUERY_API__BOOTSTRAP_KEY": KEY,
        }


async def _prepare(kafka: KafkaSettings, store: ClickHouseSettings) -> None:
    async with TopicAdmin(kafka) as admin, ClickHouse(store) as tables:
        await admin.ensure(TOPICS)
        await migrate(tables)


@pytest.fixture
async def api(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API with normalizer and assessor behind it, each a process."""
    with ExitStack() as stack:
        services = {
            name: stack.enter_context(
                ServiceProcess(name, name.upper(), environment, tmp_path / f"{name}.log")
            )
            for name in ("assessor", "normalizer", "query_api")
        }
        for service in services.values():
            service.spawn()
        for service in services.values():
            service.wait_until(service.is_ready, PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(
            base_url=services["query_api"].url, headers=headers, timeout=60, trust_env=False
        ) as client:
            yield client
        for service in services.values():
            service.stop()


async def until(ask: Callable[[], Awaitable[Result]], is_so: Callable[[Result], bool]) -> Result:
    """Ask until the answer is as it should be."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so(answer := await ask()):
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(POLL_SECONDS)
    return answer


async def get(api: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await api.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def imported(api: httpx.AsyncClient, name: str, content: bytes, source: str, count: int) -> list[Any]:
    """Import a file; return its machines once the inventory has them."""
    answer = await api.post("/v1/imports", files={"file": (name, content)}, data={"source": source})
    assert answer.status_code == 202, answer.text
    path = f"/v1/imports/{answer.json()['id']}"
    await until(lambda: get(api, path), lambda found: found["state"] == "Completed")
    listed = await until(
        lambda: get(api, "/v1/machines", source_id=f"import:{source}"),
        lambda page: len(page["items"]) == count,
    )
    items: list[Any] = listed["items"]
    return items


async def assessed(api: httpx.AsyncClient, machines: list[Any], **settings: Any) -> dict[str, Any]:
    """Group machines and assess them; return their results by name."""
    body = {
        "name": machines[0]["source_id"].replace(":", " "),
        "machine_ids": [one["machine_id"] for one in machines],
    }
    group = (await api.post("/v1/groups", json=body)).json()
    asked = {"name": "first", "settings": SETTINGS | settings}
    made = (await api.post(f"/v1/groups/{group['id']}/assessments", json=asked)).json()
    path = f"/v1/assessments/{made['id']}"
    ended = await until(lambda: get(api, path), lambda one: one["state"] in ("Completed", "Failed"))
    assert ended["state"] == "Completed", ended
    return {one["display_name"]: one for one in (await get(api, f"{path}/machines"))["items"]}


async def test_imported_machines_are_assessed_and_removed(api: httpx.AsyncClient, tmp_path: Path) -> None:
    machines = await imported(api, "rvtools.xlsx", rvtools("web-01", "web-02"), "vcenter", 2)
    results = await assessed(api, machines, sizing_criterion="AsOnPremises")
    assert [(one["suitability"], one["cores_of_recommended_size"]) for one in results.values()] == [
        ("Suitable", 4)
    ] * 2
    assert results["web-01"]["confidence_percent"] is None

    await _usage_of_a_file_sizes_as_it_does_offline(api, tmp_path)

    listed = await get(api, "/v1/imports")
    (of_vcenter,) = [one for one in listed["items"] if one["source"] == "vcenter"]
    assert (await api.delete(f"/v1/imports/{of_vcenter['id']}")).status_code == 202
    await until(lambda: get(api, "/v1/machines", source_id="import:vcenter"), lambda page: page["total"] == 0)


async def _usage_of_a_file_sizes_as_it_does_offline(api: httpx.AsyncClient, tmp_path: Path) -> None:
    machines = await imported(api, "estate.csv", CSV.encode(), "factory", 2)
    results = await assessed(api, machines)

    for offline in _evaluated(tmp_path):
        result = results[offline["name"]]
        assert result["recommended_size"] == offline["recommended_size"]
        assert result["suitability"] == offline["readiness"]
        assert result["data_issues"] == offline["data_issues"]
        assert [disk["recommended_sku"] for disk in result["disks"]] == [
            disk["recommended_sku"] for disk in offline["disks"]
        ]
        for amount in ("monthly_compute_cost", "monthly_storage_cost"):
            assert float(result[amount]) == pytest.approx(float(offline[amount]))
    # 16 cores x 20 % x 1.3, and a disk that has to give 2,000 x 1.3 operations per second.
    assert results["app-01"]["explanation"]["cores_needed"] == pytest.approx(4.16)
    assert results["app-01"]["disks"][0]["read_iops"] == 2000


def _evaluated(tmp_path: Path) -> list[Any]:
    """What `assessor evaluate` makes of the same file."""
    file, settings = tmp_path / "estate.csv", tmp_path / "settings.json"
    file.write_text(CSV)
    settings.write_text(json.dumps(SETTINGS))
    assessor = Path(sys.executable).with_name("assessor")
    command = [str(assessor), "evaluate", "--input", str(file), "--settings", str(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    machines: list[Any] = json.loads(done.stdout)["machines"]
    return machines
