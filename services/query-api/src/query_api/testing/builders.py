"""Rows and documents for tests, each with what the test does not name filled in."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.assessments.results_v1 import (
    AssessedDisk,
    AssessedMachine,
    AssessedNic,
    AssessmentSummary,
    CostComponents,
    Issue,
)
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Disk, Machine, Nic, OperatingSystem

ADMIN_KEY = "test-key-of-an-administrator-0123456789"
NOW = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=3, second=20, microsecond=0)
"""Yesterday, always at the same time of day: the store forgets samples of long ago."""
GIB = 1024**3


def a_disk(number: int = 0, **given: Any) -> Disk:
    values: dict[str, Any] = {
        "disk_id": str(2000 + number),
        "name": f"scsi0:{number}",
        "counter_instance": f"scsi0:{number}",
        "size_bytes": 40 * GIB,
        "is_os_disk": number == 0,
        "controller_kind": "scsi",
        "controller_number": 0,
        "unit_number": number,
        "path": None,
        "kind": "virtual",
        "thin_provisioned": True,
    }
    return Disk(**(values | given))


def a_nic(number: int = 0, **given: Any) -> Nic:
    values: dict[str, Any] = {
        "nic_id": str(4000 + number),
        "name": f"Network adapter {number + 1}",
        "counter_instance": str(4000 + number),
        "mac_address": f"00:50:56:00:00:{number:02x}",
        "network_name": "VM Network",
        "ip_addresses": [f"10.0.0.{number + 10}"],
        "kind": "vmxnet3",
    }
    return Nic(**(values | given))


def a_machine(**given: Any) -> Machine:
    values: dict[str, Any] = {
        "machine_id": uuid4(),
        "revision": 1,
        "source_kind": "vmware",
        "source_id": "vcenter-1",
        "name": "web-01",
        "fqdn": None,
        "description": None,
        "power_state": "on",
        "is_template": False,
        "is_replica": False,
        "boot_type": "bios",
        "secure_boot_enabled": None,
        "cores": 4,
        "memory_mib": 8192,
        "memory_maximum_mib": None,
        "dynamic_memory_enabled": None,
        "os": OperatingSystem(
            name="Ubuntu Linux (64-bit)",
            family="linux",
            product="Ubuntu",
            version=None,
            edition=None,
            architecture="x64",
        ),
        "management_server_name": "vcenter-1",
        "datacenter_name": "DC0",
        "cluster_name": None,
        "host_name": "esxi-1",
        "host_version": "8.0.3",
        "folder_path": None,
        "resource_pool_path": None,
        "processor_model": "Xeon",
        "processor_sockets": 1,
        "processor_cores_per_socket": 4,
        "guest_tools_status": None,
        "snapshot_count": 0,
        "disks": [a_disk()],
        "nics": [a_nic()],
        "imported_usage": None,
        "observed_at": NOW - timedelta(minutes=5),
        "removed_at": None,
    }
    return Machine(**(values | given))


async def store_machines(store: ClickHouse, *machines: Machine) -> None:
    """Write machines as the normalizer does."""
    rows = [_machine_row(machine) for machine in machines]
    await store.insert_rows("machine_state", list(rows[0]), [list(row.values()) for row in rows])


def _machine_row(machine: Machine) -> dict[str, Any]:
    same = ("machine_id", "revision", "source_kind", "source_id", "name", "power_state", "is_template",
            "boot_type", "cores", "memory_mib", "host_name", "cluster_name", "datacenter_name",
            "observed_at", "removed_at")  # fmt: skip
    return {name: getattr(machine, name) for name in same} | {
        "os_name": machine.os.name,
        "os_family": machine.os.family,
        "disk_count": len(machine.disks),
        "disk_bytes": sum(disk.size_bytes or 0 for disk in machine.disks),
        "nic_count": len(machine.nics),
        "document": machine.model_dump_json(),
    }


def a_change(**given: Any) -> EnvironmentChanged:
    values: dict[str, Any] = {
        "machine_id": uuid4(),
        "machine_name": "web-01",
        "source_id": "vcenter-1",
        "revision": 2,
        "kind": "resized",
        "field_path": "cores",
        "before": 2,
        "after": 4,
        "outdates_assessments": True,
        "observed_at": NOW,
        "recorded_at": NOW,
    }
    return EnvironmentChanged(**(values | given))


async def store_changes(store: ClickHouse, *changes: EnvironmentChanged) -> None:
    """Write changes as the normalizer does: values as JSON text."""
    rows = [
        change.model_dump()
        | {
            "change_id": change.event_id(),
            "before": None if change.before is None else json.dumps(change.before),
            "after": None if change.after is None else json.dumps(change.after),
        }
        for change in changes
    ]
    await store.insert_rows("machine_changes", list(rows[0]), [list(row.values()) for row in rows])


async def store_samples(
    store: ClickHouse,
    machine_id: UUID,
    metric: str,
    values: Sequence[float],
    *,
    start: datetime,
    instance: str = "",
    interval_seconds: int = 20,
    generated: bool = False,
    method: str = "",
) -> None:
    """Write one packed series as the normalizer does; the roll-ups follow by themselves."""
    times = [start + timedelta(seconds=interval_seconds * n) for n in range(len(values))]
    row = {
        "metric": metric,
        "machine_id": machine_id,
        "instance": instance,
        "first_sampled_at": times[0],
        "last_sampled_at": times[-1],
        "window_hash": hash((tuple(times), tuple(values))) % 2**63,
        "interval_seconds": interval_seconds,
        "sampled_at": times,
        "values": list(values),
        "method": method,
        "generated": generated,
        "source_id": "vcenter-1",
    }
    await store.insert_rows("arriving_samples", list(row), [list(row.values())])


async def store_catalogue(store: ClickHouse, content_hash: str = "catalogue-1") -> None:
    columns = ["hash", "prices_at", "published_at", "bytes"]
    await store.insert_rows("catalogues", columns, [[content_hash, NOW, NOW, "snapshot"]])


def an_assessed_disk(**given: Any) -> AssessedDisk:
    values: dict[str, Any] = {
        "disk_id": "2000",
        "name": "scsi0:0",
        "is_os_disk": True,
        "gigabytes_provisioned": 40.0,
        "read_iops": 12.5,
        "write_iops": 7.25,
        "read_mb_per_second": 1.5,
        "write_mb_per_second": 0.5,
        "suitability": "Suitable",
        "issues": [],
        "data_issues": [],
        "recommended_sku": "Premium_P6",
        "recommended_disk_type": "Premium",
        "redundancy": "LocallyRedundant",
        "recommended_size_gib": 64.0,
        "provisioned_iops": None,
        "provisioned_mb_per_second": None,
        "monthly_cost": Decimal("9.285"),
    }
    return AssessedDisk(**(values | given))


def an_assessed_nic(**given: Any) -> AssessedNic:
    values: dict[str, Any] = {
        "nic_id": "4000",
        "name": "Network adapter 1",
        "mac_address": "00:50:56:00:00:00",
        "ip_addresses": ["10.0.0.10", "fe80::1"],
        "received_mb_per_second": 0.25,
        "transmitted_mb_per_second": 0.75,
        "suitability": "Suitable",
        "data_issues": [],
    }
    return AssessedNic(**(values | given))


def an_issue(**given: Any) -> Issue:
    values: dict[str, Any] = {
        "code": "UnendorsedLinuxDistributions",
        "text": "Unendorsed Linux",
        "cause": None,
        "fix": "Use an endorsed version",
    }
    return Issue(**(values | given))


def an_assessed_machine(assessment_id: UUID, run_id: UUID, **given: Any) -> AssessedMachine:
    values: dict[str, Any] = {
        "assessment_id": assessment_id,
        "run_id": run_id,
        "machine_id": uuid4(),
        "display_name": "web-01",
        "source_kind": "vmware",
        "host_name": "esxi-1",
        "boot_type": "BIOS",
        "operating_system_name": "Ubuntu Linux (64-bit)",
        "operating_system_family": "linux",
        "operating_system_version": None,
        "operating_system_architecture": "x64",
        "processor_model": "Xeon",
        "number_of_cores": 4,
        "megabytes_of_memory": 8192,
        "percentage_cores_utilization": 12.345,
        "percentage_memory_utilization": None,
        "suitability": "ConditionallySuitable",
        "issues": [an_issue()],
        "data_issues": ["PercentageOfMemoryUtilizedMissing"],
        "recommended_size": "Standard_D2s_v5",
        "cores_of_recommended_size": 2,
        "memory_gib_of_recommended_size": 8.0,
        "monthly_compute_cost": Decimal("71.425"),
        "monthly_storage_cost": Decimal("9.285"),
        "monthly_bandwidth_cost": None,
        "monthly_security_cost": None,
        "monthly_windows_hybrid_benefit_savings": None,
        "monthly_linux_hybrid_benefit_savings": None,
        "security_readiness": "Suitable",
        "confidence_percent": 62.5,
        "confidence_stars": 4,
        "disks": [an_assessed_disk()],
        "nics": [an_assessed_nic()],
        "explanation": None,
    }
    return AssessedMachine(**(values | given))


def a_summary(assessment_id: UUID, run_id: UUID, **given: Any) -> AssessmentSummary:
    values: dict[str, Any] = {
        "assessment_id": assessment_id,
        "run_id": run_id,
        "machine_count": 1,
        "suitability_counts": {"ConditionallySuitable": 1},
        "issue_counts": {"UnendorsedLinuxDistributions": 1},
        "monthly_compute_cost": Decimal("71.425"),
        "monthly_storage_cost": Decimal("9.285"),
        "monthly_storage_cost_by_type": CostComponents(
            standard=Decimal(0),
            standard_ssd=Decimal(0),
            premium=Decimal("9.285"),
            premium_v2=Decimal(0),
            ultra=Decimal(0),
        ),
        "monthly_security_cost": None,
        "monthly_windows_hybrid_benefit_savings": None,
        "machines_without_compute_cost": 0,
        "machines_without_storage_cost": 0,
        "confidence_percent": 62.5,
        "confidence_stars": 4,
        "currency": "EUR",
        "prices_at": NOW - timedelta(days=3),
        "catalogue_hash": "catalogue-1",
        "rules_version": "1",
        "window_start": NOW - timedelta(days=1),
        "window_end": NOW,
        "inputs_read_at": NOW,
        "completed_at": NOW + timedelta(seconds=5),
    }
    return AssessmentSummary(**(values | given))


async def store_results(
    store: ClickHouse, summary: AssessmentSummary, machines: Sequence[AssessedMachine]
) -> None:
    """Write a run's results as the assessor does, the summary last."""
    rows = [
        {
            "run_id": machine.run_id,
            "machine_id": machine.machine_id,
            "display_name": machine.display_name,
            "suitability": machine.suitability,
            "recommended_size": machine.recommended_size,
            "monthly_compute_cost": machine.monthly_compute_cost,
            "monthly_storage_cost": machine.monthly_storage_cost,
            "confidence_percent": machine.confidence_percent,
            "document": machine.model_dump_json(),
            "written_at": NOW,
        }
        for machine in machines
    ]
    await store.insert_rows("assessment_results", list(rows[0]), [list(row.values()) for row in rows])
    await store.insert_rows(
        "assessment_summaries",
        ["run_id", "assessment_id", "document", "completed_at"],
        [[summary.run_id, summary.assessment_id, summary.model_dump_json(), summary.completed_at]],
    )
