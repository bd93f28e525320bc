"""Values for unit tests: a machine, a counter row, a poll."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from collector_hyperv.domain.counters import CounterRow
from collector_hyperv.domain.polls import MachineReadings, Poll, Reading
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import (
    HypervDisk,
    HypervHost,
    HypervMachineObserved,
    HypervNic,
)
from surveyor_schemas.identity import hyperv_machine_id

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TICKS_PER_SECOND = 10_000_000


def guid(number: int) -> str:
    return f"{number:08X}-0000-4000-8000-000000000000"


def a_machine(number: int = 1, **changes: Any) -> HypervMachineObserved:
    values: dict[str, Any] = {
        "machine_id": hyperv_machine_id("site", guid(number)),
        "revision": 0,
        "source_id": "source",
        "collector_id": "collector",
        "collected_at": NOON,
        "site": "site",
        "source_name": "Source",
        "vm_guid": guid(number),
        "is_replica": False,
        "name": f"vm-{number}",
        "enabled_state": 2,
        "host": HypervHost(
            name="HOST", version=None, build=None, cpu_model=None, cpu_sockets=None, cpu_cores=None
        ),
        "disks": [],
        "nics": [],
        "checkpoints": [],
    }
    missing = dict.fromkeys(HypervMachineObserved.model_fields, None)
    return HypervMachineObserved(**{**missing, **values, **changes})


def a_disk(path: str, instance_id: str = "disk") -> HypervDisk:
    values: dict[str, Any] = dict.fromkeys(HypervDisk.model_fields)
    return HypervDisk(**{**values, "instance_id": instance_id, "kind": "virtual", "path": path})


def a_nic(port_guid: str, instance_id: str = "nic") -> HypervNic:
    values: dict[str, Any] = dict.fromkeys(HypervNic.model_fields)
    chosen: dict[str, Any] = {
        "instance_id": instance_id,
        "port_guid": port_guid,
        "kind": "synthetic",
        "ip_addresses": [],
    }
    return HypervNic(**{**values, **chosen})


def a_row(at_seconds: float, instance: str = "instance", **values: int) -> CounterRow:
    ticks = int(at_seconds * TICKS_PER_SECOND)
    return CounterRow(instance, ticks, TICKS_PER_SECOND, ticks, values)


def a_poll(sampled_at: int, *machine_ids: UUID, value: float = 1.0) -> Poll:
    readings = (Reading("counter", "", value),)
    return Poll(sampled_at, tuple(MachineReadings(machine_id, readings) for machine_id in machine_ids))
