"""RVTools workbooks and Azure Migrate's CSV template as input of `assessor evaluate`.

The values are those that the machine has when the same file is imported into an installation.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from assessor.domain.machine import (
    NOT_MEASURED,
    BootType,
    Disk,
    Machine,
    Nic,
    Source,
    TotalDiskUsage,
    Usage,
)
from assessor.evaluation import files
from surveyor_inventory.guest_os import identify_guest_os
from surveyor_inventory.imports import FileRefused, ImportedDisk, ImportedMachine, ReadFile, read_import

_SUFFIXES = (".csv", ".xlsx")
_BOOT_TYPES = {"bios": BootType.BIOS, "uefi": BootType.UEFI, None: BootType.UNKNOWN}
_DISK_USES = ("read_iops", "write_iops", "read_mb_per_second", "write_mb_per_second")


def is_import_file(path: Path) -> bool:
    """Return whether a file is read as one of the import formats, by its name."""
    return path.suffix.lower() in _SUFFIXES


def read_import_file(path: Path) -> ReadFile:
    """Read a file.

    Raises:
        FileRefused: It cannot be read, or no machine of it can be used.
    """
    try:
        read = read_import(path.read_bytes())
    except OSError as error:
        raise files.FileRefused(f"{path}: {error.strerror}; give the path of a readable file") from error
    except FileRefused as refused:
        raise files.FileRefused(f"{path}: {refused}") from refused
    if not read.machines:
        lines = [f"{path}: no row can be used"]
        lines += [f"{path}: row {one['row']}: {one['message']}" for one in import_json(read)["findings"][:10]]
        raise files.FileRefused("\n".join(lines))
    return read


def import_json(read: ReadFile) -> dict[str, Any]:
    """Return what the output says about the file: its rows, and all findings."""
    findings = [{"name": row.name, **asdict(one)} for row in read.rows for one in row.findings]
    return {"format": read.format, "rows": read.counts(), "notes": list(read.notes), "findings": findings}


def imported_to_domain(given: ImportedMachine) -> Machine:
    """Bring a machine of a file to the domain; totals that it states replace the usage of its disks."""
    totals = {use: getattr(given, f"total_{use}") for use in _DISK_USES}
    has_totals = any(total is not None for total in totals.values())
    return Machine(
        name=given.name,
        source=Source.IMPORT,
        cores=given.cores,
        memory_mib=given.memory_mib,
        boot_type=_BOOT_TYPES[given.boot_type],
        os_name=given.os_name,
        guest_os=identify_guest_os(
            given.os_name, version=given.os_version, architecture=given.os_architecture
        ),
        cpu_percent=_stated(given.cpu_percent),
        memory_percent=_stated(given.memory_percent),
        disks=tuple(
            _disk(disk, is_os_disk=position == 0, has_own_usage=not has_totals)
            for position, disk in enumerate(given.disks)
        ),
        nics=_nics(given),
        total_disk_usage=_totals(totals, given.disks) if has_totals else None,
    )


def _disk(given: ImportedDisk, *, is_os_disk: bool, has_own_usage: bool) -> Disk:
    disk = Disk(given.name, given.size_gib, is_os_disk)
    if not has_own_usage:
        return disk
    return replace(
        disk,
        read_iops=_stated(given.read_iops),
        write_iops=_stated(given.write_iops),
        read_mb_per_second=_stated(given.read_mb_per_second),
        write_mb_per_second=_stated(given.write_mb_per_second),
    )


def _totals(stated: dict[str, float | None], disks: Iterable[ImportedDisk]) -> TotalDiskUsage:
    """A total that is not stated beside others is the sum of the disks'."""

    def total(use: str) -> Usage:
        parts = [value for disk in disks if (value := getattr(disk, use)) is not None]
        return _stated(stated[use] if stated[use] is not None or not parts else sum(parts))

    return TotalDiskUsage(**{use: total(use) for use in _DISK_USES})


def _nics(given: ImportedMachine) -> tuple[Nic, ...]:
    """As many adapters as the file counts; it states traffic for all of them, which the first one carries."""
    traffic = (_stated(given.received_mb_per_second), _stated(given.transmitted_mb_per_second))
    has_some = bool(given.ip_addresses) or any(usage.value is not None for usage in traffic)
    count = max(given.nic_count or 0, len(given.mac_addresses), 1 if has_some else 0)
    silent = (_stated(0.0), _stated(0.0))
    return tuple(Nic(f"nic{at}", *(silent if at else traffic)) for at in range(count))


def _stated(value: float | None) -> Usage:
    """A value of a file is the percentile already."""
    return NOT_MEASURED if value is None else Usage(value, None)
