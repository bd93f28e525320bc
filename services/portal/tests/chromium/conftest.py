"""The portal and the query API as processes, on a real broker and store, with a small estate in them."""

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright

from devstack.ports import free_port
from devstack.supervise import Process, Stack
from query_api.testing.builders import (
    GIB,
    a_change,
    a_disk,
    a_machine,
    a_nic,
    a_summary,
    an_assessed_disk,
    an_assessed_machine,
    an_assessed_nic,
    an_issue,
    store_catalogue,
    store_changes,
    store_machines,
    store_results,
    store_samples,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, TopicAdmin
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.results_v1 import AssessedMachine, NeighbourSize, SizeExplanation
from surveyor_schemas.base import Event
from surveyor_schemas.inventory.machine_v1 import Machine, OperatingSystem
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, SourceError, SourceStatus
from surveyor_schemas.topics import TOPICS

API_KEY = "portal-test-key-of-an-administrator-0123456789"
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
"""For what the machine may be slow at; what has to be quick has a limit of its own."""
_NAMESPACE = UUID("7b0c1a52-31cf-4a0e-9e3a-6f3f4c3f2a11")
_SYSTEMS = (
    OperatingSystem(
        name="Ubuntu Linux (64-bit)",
        family="linux",
        product="Ubuntu",
        version="22.04",
        edition=None,
        architecture="x64",
    ),
    OperatingSystem(
        name="Microsoft Windows Server 2019 (64-bit)",
        family="windows",
        product="Windows Server",
        version="2019",
        edition=None,
        architecture="x64",
    ),
    OperatingSystem(
        name="Red Hat Enterprise Linux 8 (64-bit)",
        family="linux",
        product="Red Hat Enterprise Linux",
        version="8",
        edition=None,
        architecture="x64",
    ),
    OperatingSystem(
        name=None, family="unknown", product=None, version=None, edition=None, architecture="unknown"
    ),
)


@dataclass(frozen=True)
class Surveyor:
    """The running parts and what is in them."""

    portal_url: str
    api_url: str
    kafka: KafkaSettings
    store: ClickHouseSettings
    machines: list[Machine]

    @asynccontextmanager
    async def api(self) -> AsyncIterator[httpx.AsyncClient]:
        """Give a client of the API with the administrator's key."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with httpx.AsyncClient(base_url=self.api_url, headers=headers, timeout=60) as client:
            yield client


@pytest.fixture(scope="package")
def surveyor(kafka: Any, clickhouse: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surveyor]:
    """The portal in front of the query API, 36 machines behind it."""
    broker = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    store = ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )
    machines = asyncio.run(_fill(broker, store))
    api_port, portal_port = free_port(), free_port()
    directory = tmp_path_factory.mktemp("portal")
    processes = _processes(broker, store, api_port, portal_port, directory)
    with Stack(processes, directory / "logs"):
        yield Surveyor(_local(portal_port), _local(api_port), broker, store, machines)


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_ARGS, timeout=PATIENCE_MS
        )
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser, surveyor: Surveyor) -> AsyncIterator[Page]:
    """A page that nobody is signed in at; an error or a refused script in it fails the test."""
    context = await browser.new_context(
        base_url=surveyor.portal_url, viewport={"width": 1280, "height": 860}, accept_downloads=True
    )
    opened = await context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield opened
    await context.close()
    assert errors == []


@pytest.fixture
async def signed_in(page: Page) -> Page:
    """A page of somebody with an administrator's key."""
    await page.goto("/sign-in")
    await page.get_by_label("API key").fill(API_KEY)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/")
    return page


def _local(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _processes(
    broker: KafkaSettings, store: ClickHouseSettings, api_port: int, portal_port: int, directory: Path
) -> list[Process]:
    api = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": store.url,
        "SURVEYOR_CLICKHOUSE__DATABASE": store.database,
        "SURVEYOR_CLICKHOUSE__USERNAME": store.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": store.password.get_secret_value(),
        "SURVEYOR_QUERY_API__HTTP_PORT": str(api_port),
        "SURVEYOR_QUERY_API__GROUP": "query-api-of-the-portal",  # it runs on beside other tests' query APIs
        "SURVEYOR_QUERY_API__DATABASE_URL": f"sqlite:///{directory / 'control.db'}",
        "SURVEYOR_QUERY_API__BOOTSTRAP_KEY": API_KEY,
    }
    portal = {
        "SURVEYOR_PORTAL__HTTP_PORT": str(portal_port),
        "SURVEYOR_PORTAL__API_URL": _local(api_port),
        "SURVEYOR_PORTAL__SESSION_SECRET": "a secret of the tests, long enough to be taken",
    }
    return [
        _service("query_api", api, _local(api_port), stage=0),
        _service("portal", portal, _local(portal_port), stage=1),
    ]


def _service(name: str, environment: dict[str, str], url: str, stage: int) -> Process:
    def ready() -> bool:
        try:
            return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    command = [sys.executable, "-m", name]
    return Process(name, command, ready, environment, stage=stage, start_timeout_seconds=120)


async def _fill(broker: KafkaSettings, settings: ClickHouseSettings) -> list[Machine]:
    machines = [_machine(number) for number in range(36)]
    async with ClickHouse(settings) as store:
        await migrate(store)
        await store_machines(store, *machines)
        await store_catalogue(store)
        await store_changes(store, *_changes(machines))
        await _store_history(store, machines[0])
    async with TopicAdmin(broker) as topics:
        await topics.ensure(TOPICS)
    async with EventPublisher(broker, client_id="portal-tests") as publisher:
        await publisher.publish(_heartbeat(len(machines)))
    return machines


def _machine(number: int) -> Machine:
    is_hyperv = number % 5 == 4
    disks = [
        a_disk(n, size_bytes=(40 + 60 * n) * GIB, thin_provisioned=n == 0) for n in range(1 + number % 3)
    ]
    return a_machine(
        machine_id=uuid5(_NAMESPACE, str(number)),
        name=f"{('web', 'db', 'app', 'file')[number % 4]}-{number:02}",
        source_kind="hyperv" if is_hyperv else "vmware",
        source_id="hyperv-site" if is_hyperv else "vcenter-1",
        power_state=("on", "on", "on", "off", "on", "suspended")[number % 6],
        cores=(2, 4, 8)[number % 3],
        memory_mib=(4096, 8192, 131_072, 6144)[number % 4],
        boot_type=("bios", "uefi", None)[number % 3],
        os=_SYSTEMS[number % len(_SYSTEMS)],
        disks=disks,
        nics=[a_nic(0), *([a_nic(1, ip_addresses=[])] if number % 7 == 0 else [])],
        host_name=f"esxi-{1 + number % 3}.example.net",
        cluster_name="Production",
        observed_at=datetime.now(UTC),
    )


def _changes(machines: list[Machine]) -> list[Any]:
    now = datetime.now(UTC)
    kinds = (
        ("resized", "cores", 2, 4),
        ("power", "power_state", "off", "on"),
        ("moved", "host_name", "esxi-1.example.net", "esxi-2.example.net"),
        ("disk-added", "disks[2001]", None, {"disk_id": "2001", "name": "scsi0:1", "size_bytes": 100 * GIB}),
        ("machine-added", "machine", None, None),
        ("configuration", "os.name", None, "Ubuntu Linux (64-bit)"),
    )
    return [
        a_change(
            machine_id=machine.machine_id,
            machine_name=machine.name,
            source_id=machine.source_id,
            kind=kinds[number % len(kinds)][0],
            field_path=kinds[number % len(kinds)][1],
            before=kinds[number % len(kinds)][2],
            after=kinds[number % len(kinds)][3],
            outdates_assessments=False,
            observed_at=now - timedelta(minutes=7 * number + 3),
            recorded_at=now - timedelta(minutes=7 * number + 3),
        )
        for number, machine in enumerate(machines[:12])
    ]


async def _store_history(store: ClickHouse, machine: Machine) -> None:
    """Store a day of made-up history, and two hours of measured samples after it."""
    now = datetime.now(UTC).replace(microsecond=0)
    boundary = now - timedelta(hours=2)
    per_instance = {
        "": {"cpu_percent": 28.0, "memory_percent": 61.0},
        machine.disks[0].counter_instance or "": {
            "read_iops": 120.0,
            "write_iops": 45.0,
            "read_mb_per_second": 6.0,
        },
        machine.nics[0].counter_instance or "": {
            "received_mb_per_second": 1.4,
            "transmitted_mb_per_second": 0.6,
        },
    }
    for instance, metrics in per_instance.items():
        for metric, level in metrics.items():
            start = boundary - timedelta(hours=22)
            old = [_wave(level, n, 144) for n in range(22 * 6)]
            new = [_wave(level, n, 180) for n in range(2 * 180 - 3)]
            method = "guest" if metric == "memory_percent" else ""
            await store_samples(
                store,
                machine.machine_id,
                metric,
                old,
                start=start,
                instance=instance,
                interval_seconds=600,
                generated=True,
                method=method,
            )
            await store_samples(
                store, machine.machine_id, metric, new, start=boundary, instance=instance, method=method
            )


def _wave(level: float, step: int, period: int) -> float:
    return round(level * (1 + 0.35 * math.sin(2 * math.pi * step / period) + 0.12 * math.sin(step * 1.7)), 3)


def _heartbeat(machine_count: int) -> CollectorHeartbeat:
    now = datetime.now(UTC)
    source = SourceStatus(
        source_id="vcenter-1",
        kind="vcenter",
        address="vcenter.example.net:443",
        state="connected",
        product="VMware vCenter Server 8.0.3",
        capabilities={
            "cpu.usage.average": True,
            "mem.usage.average": True,
            "virtualDisk.read.average": False,
        },
        machine_count=machine_count,
        powered_on_count=24,
        inventory_read_at=now - timedelta(minutes=3),
        newest_sample_at=now - timedelta(seconds=35),
        performance_lag_seconds=12.4,
        clock_skew_seconds=-0.3,
        last_batch_no=118,
        values_published=1_284_400,
        polls_skipped=0,
        last_error=SourceError(
            code="connection-lost",
            message="The connection was reset; it is back.",
            at=now - timedelta(hours=2),
        ),
    )
    return CollectorHeartbeat(
        collector_id="collector-vmware-0",
        kind="vmware",
        version="0.1.0",
        run_id=uuid5(_NAMESPACE, "run"),
        started_at=now - timedelta(hours=9),
        sent_at=now,
        stopping=False,
        spool_bytes=0,
        sources=[source],
    )


@dataclass(frozen=True)
class Assessed:
    """A group and an assessment of it that is Completed."""

    group_id: str
    assessment_id: str
    machines: list[Machine]


@pytest.fixture(scope="package")
def assessed(surveyor: Surveyor) -> Assessed:
    """An assessment as the assessor leaves it."""
    return asyncio.run(_assess(surveyor))


async def _assess(surveyor: Surveyor) -> Assessed:
    machines = surveyor.machines[:9]
    async with surveyor.api() as api:
        ids = [str(machine.machine_id) for machine in machines]
        body = {"name": "Web tier", "description": "Moves first, in spring.", "machine_ids": ids}
        group_id = (await api.post("/v1/groups", json=body)).json()["id"]
        settings = {"azure_location": "westeurope", "currency": "EUR", "time_range": "Week"}
        asked = {"name": "West Europe, first look", "settings": settings}
        answer = await api.post(f"/v1/groups/{group_id}/assessments", json=asked)
        assert answer.status_code == 202, answer.text
        assessment = answer.json()
        await complete(surveyor, assessment, machines)
        await until_completed(api, assessment["id"])
    return Assessed(group_id, assessment["id"], machines)


class Others:
    """What the other services do while a page is open."""

    def __init__(self, surveyor: Surveyor, machines: list[Machine]) -> None:
        self._surveyor = surveyor
        self._machines = machines

    async def report_progress(self, assessment_id: str, done: int, total: int) -> None:
        """Tell how far a run is, as the assessor does."""
        async with self._surveyor.api() as api:
            run_id = (await api.get(f"/v1/assessments/{assessment_id}")).json()["run_id"]
        event = AssessmentProgressed(
            assessment_id=UUID(assessment_id),
            run_id=UUID(run_id),
            at=datetime.now(UTC),
            step="assessing",
            done=done,
            total=total,
        )
        await self._publish(event)

    async def complete(self, assessment_id: str) -> None:
        """Complete a run, as the assessor does."""
        async with self._surveyor.api() as api:
            assessment = (await api.get(f"/v1/assessments/{assessment_id}")).json()
        await complete(self._surveyor, assessment, self._machines)

    async def add_disk(self, machine: Machine) -> None:
        """Bring a new disk, as the normalizer does: first the event, then the tables."""
        disk = a_disk(len(machine.disks), size_bytes=250 * GIB)
        new = machine.model_copy(update={"revision": machine.revision + 1, "disks": [*machine.disks, disk]})
        now = datetime.now(UTC)
        change = a_change(
            machine_id=machine.machine_id,
            machine_name=machine.name,
            source_id=machine.source_id,
            revision=new.revision,
            kind="disk-added",
            field_path=f"disks[{disk.disk_id}]",
            before=None,
            after=disk.model_dump(mode="json"),
            observed_at=now,
            recorded_at=now,
        )
        await self._publish(change)
        async with ClickHouse(self._surveyor.store) as store:
            await store_changes(store, change)
            await store_machines(store, new)

    async def store_machine_named(self, name: str) -> Machine:
        """Bring a machine of any name; it is a removed one, so that other tests count the same."""
        machine = a_machine(name=name, removed_at=None, is_template=True)
        async with ClickHouse(self._surveyor.store) as store:
            await store_machines(store, machine)
        return machine

    async def _publish(self, event: Event) -> None:
        async with EventPublisher(self._surveyor.kafka, client_id="portal-tests") as publisher:
            await publisher.publish(event)


@pytest.fixture
def others(surveyor: Surveyor, assessed: Assessed) -> Others:
    return Others(surveyor, assessed.machines)


async def complete(surveyor: Surveyor, assessment: dict[str, Any], machines: list[Machine]) -> None:
    """Write results and tell that they are complete, as the assessor does."""
    assessment_id, run_id = UUID(assessment["id"]), UUID(assessment["run_id"])
    results = [_result(assessment_id, run_id, machine, number) for number, machine in enumerate(machines)]
    now = datetime.now(UTC)
    summary = a_summary(
        assessment_id,
        run_id,
        machine_count=len(machines),
        suitability_counts={
            "Suitable": 5,
            "ConditionallySuitable": 2,
            "NotSuitable": 1,
            "ReadinessUnknown": 1,
        },
        issue_counts={"UnendorsedLinuxDistributions": 2, "BootTypeNotSupported": 1},
        monthly_compute_cost=sum(
            (result.monthly_compute_cost or Decimal(0) for result in results), Decimal(0)
        ),
        monthly_storage_cost=Decimal("83.565"),
        monthly_security_cost=Decimal("131.4"),
        window_start=now - timedelta(days=7),
        window_end=now,
        inputs_read_at=now,
        completed_at=now,
    )
    async with ClickHouse(surveyor.store) as store:
        await store_results(store, summary, results)
    async with EventPublisher(surveyor.kafka, client_id="portal-tests") as publisher:
        await publisher.publish(
            AssessmentCompleted(assessment_id=assessment_id, run_id=run_id, at=now, summary=summary)
        )


async def until_completed(api: httpx.AsyncClient, assessment_id: str) -> None:
    """Wait until the API has heard of the completion."""
    async with asyncio.timeout(60):
        while (await api.get(f"/v1/assessments/{assessment_id}")).json()["state"] != "Completed":
            pass  # another process makes it so


def _result(assessment_id: UUID, run_id: UUID, machine: Machine, number: int) -> AssessedMachine:
    suitability = ("Suitable", "Suitable", "ConditionallySuitable", "Suitable", "NotSuitable")[number % 5]
    is_sized = suitability != "NotSuitable"
    size = ("Standard_D2s_v5", "Standard_D4s_v5", "Standard_E16as_v5")[number % 3]
    return an_assessed_machine(
        assessment_id,
        run_id,
        machine_id=machine.machine_id,
        display_name=machine.name,
        source_kind=machine.source_kind,
        host_name=machine.host_name,
        number_of_cores=machine.cores,
        megabytes_of_memory=machine.memory_mib,
        percentage_memory_utilization=None if number == 2 else 61.2,
        suitability=suitability,
        issues=[]
        if suitability == "Suitable"
        else [an_issue(cause="The distribution is not endorsed in Azure")],
        data_issues=["PercentageOfMemoryUtilizedMissing"] if number == 2 else [],
        recommended_size=size if is_sized else None,
        cores_of_recommended_size=(2, 4, 16)[number % 3] if is_sized else None,
        memory_gib_of_recommended_size=(8.0, 16.0, 128.0)[number % 3] if is_sized else None,
        monthly_compute_cost=Decimal(("71.425", "142.85", "1337.362")[number % 3]) if is_sized else None,
        monthly_storage_cost=Decimal("9.285"),
        monthly_security_cost=Decimal("14.6"),
        confidence_percent=(62.5, 100.0)[number % 2],
        confidence_stars=(4, 5)[number % 2],
        disks=[an_assessed_disk(), an_assessed_disk(disk_id="2001", name="scsi0:1", is_os_disk=False)],
        nics=[an_assessed_nic()],
        explanation=_explanation() if is_sized else None,
    )


def _explanation() -> SizeExplanation:
    return SizeExplanation(
        cores_needed=1.46,
        memory_gib_needed=6.36,
        disk_iops_needed=214.5,
        disk_mb_per_second_needed=7.8,
        network_mbit_per_second_needed=10.4,
        data_disks_needed=1,
        nics_needed=1,
        binding_dimension="memory_gib",
        next_smaller=NeighbourSize(
            name="Standard_D1s_v5",
            monthly_compute_cost=Decimal("35.71"),
            reason="too small in vcpus, memory_gib",
        ),
        next_larger=NeighbourSize(
            name="Standard_D4s_v5", monthly_compute_cost=Decimal("142.85"), reason="fits, at a higher cost"
        ),
    )
