"""What changed between two states of a machine, field by field.

Left out, because they are not changes of the machine: the revision and its time; facts of the host (its
version and processors), which every move would repeat; the state of the guest's tools, which every restart
flips.

Assessments are outdated by cores, memory, boot type, operating system, number and sizes of disks, number of
NICs, a changed MAC address, an added IP address.
Source: Azure Migrate, "Assessment overview", outdated assessments (2025-02-06).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from pydantic import JsonValue

from surveyor_schemas.inventory.environment_changed_v1 import ChangeKind, EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Disk, Machine, Nic

Part = TypeVar("Part", bound=Disk | Nic)
WHOLE_MACHINE = "machine"


class Difference(NamedTuple):
    """One field that has another value."""

    kind: ChangeKind
    field_path: str
    before: JsonValue
    after: JsonValue
    outdates_assessments: bool


MACHINE_FIELDS: dict[str, tuple[ChangeKind, bool]] = {
    "name": ("renamed", False),
    "fqdn": ("renamed", False),
    "description": ("configuration", False),
    "power_state": ("power", False),
    "is_template": ("configuration", False),
    "is_replica": ("configuration", False),
    "boot_type": ("configuration", True),
    "secure_boot_enabled": ("configuration", False),
    "cores": ("resized", True),
    "memory_mib": ("resized", True),
    "memory_maximum_mib": ("resized", False),
    "dynamic_memory_enabled": ("configuration", False),
    "management_server_name": ("moved", False),
    "datacenter_name": ("moved", False),
    "cluster_name": ("moved", False),
    "host_name": ("moved", False),
    "folder_path": ("moved", False),
    "resource_pool_path": ("moved", False),
    "snapshot_count": ("configuration", False),
    "imported_usage": ("configuration", False),
}
"""Field: the kind of its change, and whether it makes assessments outdated."""
OS_FIELDS = {
    "name": True,
    "family": False,
    "product": False,
    "version": True,
    "edition": False,
    "architecture": True,
}
DISK_FIELDS: dict[str, tuple[ChangeKind, bool]] = {
    "name": ("configuration", False),
    "size_bytes": ("resized", True),
    "is_os_disk": ("configuration", False),
    "path": ("moved", False),
    "kind": ("configuration", False),
    "thin_provisioned": ("configuration", False),
}
NIC_FIELDS: dict[str, tuple[ChangeKind, bool]] = {
    "name": ("configuration", False),
    "mac_address": ("configuration", True),
    "network_name": ("configuration", False),
    "kind": ("configuration", False),
}


def changes(before: Machine | None, after: Machine, recorded_at: datetime) -> list[EnvironmentChanged]:
    """Return what the step from one state to the next changed; empty if nothing that counts did.

    Args:
        before: The last known state; None, or a removed one, makes the machine a new one.
        after: The next state, or the same with `removed_at`.
        recorded_at: Now.
    """
    return [
        EnvironmentChanged(
            machine_id=after.machine_id,
            machine_name=after.name,
            source_id=after.source_id,
            revision=after.revision,
            kind=difference.kind,
            field_path=difference.field_path,
            before=difference.before,
            after=difference.after,
            outdates_assessments=difference.outdates_assessments,
            observed_at=after.observed_at,
            recorded_at=recorded_at,
        )
        for difference in differences(before, after)
    ]


def differences(before: Machine | None, after: Machine) -> Iterator[Difference]:
    """Give the fields that differ."""
    if after.removed_at is not None:
        if before is not None and before.removed_at is None:
            yield Difference("machine-removed", WHOLE_MACHINE, summary(before), None, False)
        return
    if before is None or before.removed_at is not None:
        yield Difference("machine-added", WHOLE_MACHINE, None, summary(after), False)
        return
    yield from _fields(before, after, MACHINE_FIELDS, "")
    os_fields: dict[str, tuple[ChangeKind, bool]] = {
        name: ("configuration", outdates) for name, outdates in OS_FIELDS.items()
    }
    yield from _fields(before.os, after.os, os_fields, "os.")
    yield from _disks(before.disks, after.disks)
    yield from _nics(before.nics, after.nics)


def summary(machine: Machine) -> JsonValue:
    """Say in a few fields what a machine that came or went is."""
    return {
        "name": machine.name,
        "cores": machine.cores,
        "memory_mib": machine.memory_mib,
        "os_name": machine.os.name,
        "disk_count": len(machine.disks),
        "nic_count": len(machine.nics),
    }


def _fields(
    before: object, after: object, names: dict[str, tuple[ChangeKind, bool]], prefix: str
) -> Iterator[Difference]:
    for name, (kind, outdates) in names.items():
        old, new = _plain(getattr(before, name)), _plain(getattr(after, name))
        if old != new:
            yield Difference(kind, prefix + name, old, new, outdates)


def _disks(before: Sequence[Disk], after: Sequence[Disk]) -> Iterator[Difference]:
    for disk_id, old, new in _by_id(before, after, lambda disk: disk.disk_id):
        path = f"disks[{disk_id}]"
        if old is None or new is None:
            kind: ChangeKind = "disk-added" if old is None else "disk-removed"
            yield Difference(kind, path, _plain(old), _plain(new), True)
        else:
            yield from _fields(old, new, DISK_FIELDS, path + ".")


def _nics(before: Sequence[Nic], after: Sequence[Nic]) -> Iterator[Difference]:
    for nic_id, old, new in _by_id(before, after, lambda nic: nic.nic_id):
        path = f"nics[{nic_id}]"
        if old is None or new is None:
            kind: ChangeKind = "nic-added" if old is None else "nic-removed"
            yield Difference(kind, path, _plain(old), _plain(new), True)
        else:
            yield from _fields(old, new, NIC_FIELDS, path + ".")
            yield from _addresses(old.ip_addresses, new.ip_addresses, path)


def _addresses(before: Sequence[str], after: Sequence[str], path: str) -> Iterator[Difference]:
    if set(before) != set(after):
        added = bool(set(after) - set(before))
        yield Difference("configuration", f"{path}.ip_addresses", list(before), list(after), added)


def _by_id(
    before: Iterable[Part], after: Iterable[Part], identity: Callable[[Part], str]
) -> Iterator[tuple[str, Part | None, Part | None]]:
    old = {identity(part): part for part in before}
    new = {identity(part): part for part in after}
    for part_id in [*old, *(part_id for part_id in new if part_id not in old)]:
        yield part_id, old.get(part_id), new.get(part_id)


def _plain(value: object) -> JsonValue:
    """Return a value as JSON has it."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    dump = getattr(value, "model_dump", None)
    if dump is None:
        raise TypeError(f"no plain form of {type(value).__name__}")
    plain: JsonValue = dump(mode="json")
    return plain
