"""A store with tables, and an estate that tests fill with machines and peaks."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from assessor.catalogue.packaged import packaged_catalogue
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.inventory.machine_v1 import Disk, Machine, Nic, OperatingSystem

SLOT = timedelta(minutes=10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TABLES = {"cpu_percent": "machine_10m", "memory_percent": "machine_10m"}


@pytest.fixture
def clickhouse_settings(clickhouse: RunningClickHouse) -> ClickHouseSettings:
    return clickhouse.settings()


@pytest.fixture
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(clickhouse_settings) as client:
        await migrate(client)
        yield client


def a_canonical_machine(name: str = "web-01", machine_id: UUID | None = None, **changes: Any) -> Machine:
    """A powered-on machine with Ubuntu 22.04, 4 cores, 8 GiB, a 64 GiB system disk and one adapter."""
    values: dict[str, Any] = {
        "machine_id": machine_id or uuid4(),
        "revision": 1,
        "source_kind": "vmware",
        "source_id": "vcenter-1",
        "name": name,
        "fqdn": None,
        "description": None,
        "power_state": "on",
        "is_template": False,
        "is_replica": False,
        "boot_type": "bios",
        "secure_boot_enabled": None,
        "cores": 4,
        "memory_mib": 8_192,
        "memory_maximum_mib": None,
        "dynamic_memory_enabled": None,
        "os": OperatingSystem(
            name="Ubuntu 22.04.3 LTS",
            family="linux",
            product="Ubuntu",
            version="22.04.3",
            edition=None,
            architecture="x64",
        ),
        "management_server_name": "vcenter-1",
        "datacenter_name": "dc",
        "cluster_name": "cluster",
        "host_name": "esx-01",
        "host_version": None,
        "folder_path": None,
        "resource_pool_path": None,
        "processor_model": "Xeon",
        "processor_sockets": 1,
        "processor_cores_per_socket": 4,
        "guest_tools_status": None,
        "snapshot_count": 0,
        "disks": [a_canonical_disk()],
        "nics": [a_canonical_nic()],
        "imported_usage": None,
        "observed_at": NOON,
        "removed_at": None,
    }
    return Machine(**(values | changes))


def a_canonical_disk(**changes: Any) -> Disk:
    values: dict[str, Any] = {
        "disk_id": "2000",
        "name": "scsi0:0",
        "counter_instance": "scsi0:0",
        "size_bytes": 64 * 2**30,
        "is_os_disk": True,
        "controller_kind": "scsi",
        "controller_number": 0,
        "unit_number": 0,
        "path": None,
        "kind": "virtual",
        "thin_provisioned": True,
    }
    return Disk(**(values | changes))


def a_canonical_nic(**changes: Any) -> Nic:
    values: dict[str, Any] = {
        "nic_id": "4000",
        "name": "Network adapter 1",
        "counter_instance": "4000",
        "mac_address": "00:50:56:00:00:01",
        "network_name": "VM Network",
        "ip_addresses": ["10.0.0.1"],
        "kind": "vmxnet3",
    }
    return Nic(**(values | changes))


@dataclass
class Estate:
    """Fills a store with what the normalizer and query-api would have written."""

    store: ClickHouse

    async def add(self, machines: Sequence[Machine]) -> None:
        rows = [
            [m.machine_id, m.revision, m.name, m.observed_at, m.removed_at, m.model_dump_json()]
            for m in machines
        ]
        columns = ["machine_id", "revision", "name", "observed_at", "removed_at", "document"]
        await self.store.insert_rows("machine_state", columns, rows)

    async def scope(self, run_id: UUID, machine_ids: Sequence[UUID]) -> None:
        rows = [[run_id, machine_id] for machine_id in machine_ids]
        await self.store.insert_rows("assessment_scope", ["run_id", "machine_id"], rows)

    async def open_peaks(
        self,
        machine_id: UUID,
        metric: str,
        peaks: Sequence[float | None],
        *,
        last_slot_at: datetime,
        instance: str = "",
    ) -> None:
        """Write one peak per slot into the 10-minute table, the last at `last_slot_at`."""
        table = TABLES.get(metric, "nic_10m" if "mitted" in metric or "received" in metric else "disk_10m")
        first = last_slot_at - (len(peaks) - 1) * SLOT
        rows: list[list[Any]] = [[machine_id, first + n * SLOT, peak] for n, peak in enumerate(peaks)]
        columns = ["machine_id", "slot_at", f"{metric}_max"]
        if table != "machine_10m":
            columns, rows = [*columns, "instance"], [[*row, instance] for row in rows]
        await self.store.insert_rows(table, columns, rows)

    async def sealed_day(
        self, machine_id: UUID, metric: str, day: date, peaks: Sequence[float | None], instance: str = ""
    ) -> None:
        """Write a day of 144 peaks."""
        columns = ["metric", "machine_id", "instance", "day", "peaks", "sealed_at"]
        row = [metric, machine_id, instance, day, list(peaks), NOON]
        await self.store.insert_rows("peaks_day", columns, [row])

    async def seal(self, day: date, *, touched_after: bool = False) -> None:
        """Note that a day was sealed, and whether samples came in since."""
        touched = NOON + timedelta(seconds=1 if touched_after else -1)
        await self.store.insert_rows("day_seals", ["day", "touched_at", "sealed_at"], [[day, touched, NOON]])


@pytest.fixture
def estate(store: ClickHouse) -> Estate:
    return Estate(store)


def a_request(**changes: Any) -> AssessmentRequested:
    """A performance-based request of one day in West Europe at noon."""
    settings = {"azure_location": "westeurope"} | changes.pop("settings", {})
    values: dict[str, Any] = {
        "assessment_id": uuid4(),
        "run_id": uuid4(),
        "name": "assessment",
        "group_id": uuid4(),
        "group_name": "group",
        "group_revision": 1,
        "machine_count": 1,
        "settings": AssessmentSettings.model_validate(settings),
        "window_end": NOON,
        "catalogue_hash": packaged_catalogue().content_hash,
        "requested_by": "tester",
        "requested_at": NOON,
    }
    return AssessmentRequested(**(values | changes))


@pytest.fixture
def make_request() -> Any:
    return a_request


@pytest.fixture
def make_machine() -> Any:
    return a_canonical_machine


@pytest.fixture
def make_disk() -> Any:
    return a_canonical_disk


@pytest.fixture
def make_nic() -> Any:
    return a_canonical_nic
