"""The CSV template of Azure Migrate.

Source: Microsoft Learn, "Tutorial: discover servers by CSV import" (2020 and newer), and "Common questions
about importing servers".
"""

import re

from surveyor_inventory.guest_os import identify_guest_os
from surveyor_inventory.imports.addresses import ip_addresses, mac_addresses
from surveyor_inventory.imports.cells import Row, shown
from surveyor_inventory.imports.collect import Collected
from surveyor_inventory.imports.columns import Column, find_columns, heading_key
from surveyor_inventory.imports.csv_table import CsvTable
from surveyor_inventory.imports.limits import MAX_CORES, MAX_MEMORY_MIB, MAX_NICS, MAX_RATE, MAX_SIZE_GIB
from surveyor_inventory.imports.model import FileRefused, ImportedDisk, ImportedMachine, ReadFile

MAX_DISKS = 20

_MB = frozenset({"MB", "MiB"})
_GB = frozenset({"GB", "GiB"})
_OPS = frozenset({"operations per second", "IOPS", "ops"})
_MB_PER_SECOND = frozenset({"MB per second", "MBps", "MBPS", "MB/s"})
_PERCENT = frozenset({"%", "percent", "percentage"})
_RATE_RULE = "number from 0; counts as the percentile"
_PERCENT_RULE = "0 to 100; counts as the percentile"

MACHINE_COLUMNS = (
    Column("*Server name", "what the server is known by; importing the same name again updates it",
           is_required=True),
    Column("*Cores", f"whole number from 1 to {MAX_CORES}", is_required=True),
    Column("*Memory (In MB)", f"whole number from 1 to {MAX_MEMORY_MIB}", is_required=True, units=_MB),
    Column("*OS name", "as the system calls itself; an unknown one is a warning", is_required=True),
    Column("OS version", "text"),
    Column("OS architecture", "x64, x86, amd64, 64-bit or 32-bit"),
    Column("IP address", "several by semicolons", aliases=("IP addresses",)),
    Column("MAC address", "several by semicolons", aliases=("MAC addresses",)),
    Column("Server type", "Virtual or Physical"),
    Column("Hypervisor", "VMware or Hyper-V"),
    Column("Boot type", "BIOS or UEFI", aliases=("Firmware type",)),
    Column("Number of disks", f"whole number up to {MAX_DISKS}; needed only where no disk has columns"),
    Column("Storage in use (In GB)", "checked only; Azure VMware Solution is sized by it", units=_GB),
    Column("Network adapters", f"whole number up to {MAX_NICS}", aliases=("Number of network adapters",)),
    Column("CPU utilization percentage", _PERCENT_RULE, units=_PERCENT, aliases=("CPU utilization",)),
    Column("Memory utilization percentage", _PERCENT_RULE, units=_PERCENT, aliases=("Memory utilization",)),
    Column("Network In throughput (MBps)", _RATE_RULE, units=_MB_PER_SECOND),
    Column("Network Out throughput (MBps)", _RATE_RULE, units=_MB_PER_SECOND),
)  # fmt: skip

_USES = (
    ("read ops", "operations per second", _OPS),
    ("write ops", "operations per second", _OPS),
    ("read throughput", "MB per second", _MB_PER_SECOND),
    ("write throughput", "MB per second", _MB_PER_SECOND),
)
TOTAL_COLUMNS = tuple(
    Column(f"Total disks {use} ({unit})", f"{_RATE_RULE}; replaces the values of the disks",
           units=units, aliases=(f"Total disk {use}",))
    for use, unit, units in _USES
)  # fmt: skip


def disk_columns(number: int) -> tuple[Column, ...]:
    """Return the columns of one disk."""
    size = Column(f"Disk {number} size (In GB)", "number above 0", units=_GB)
    uses = (Column(f"Disk {number} {use} ({unit})", _RATE_RULE, units=units) for use, unit, units in _USES)
    return (size, *uses)


COLUMNS = (
    *MACHINE_COLUMNS,
    *TOTAL_COLUMNS,
    *(column for number in range(1, MAX_DISKS + 1) for column in disk_columns(number)),
)

_ARCHITECTURES = {"x64": "x64", "amd64": "x64", "64-bit": "x64", "x86": "x86", "32-bit": "x86"}
_BOOT_TYPES = {"bios": "bios", "legacy": "bios", "uefi": "uefi", "efi": "uefi"}
_SERVER_TYPES = {"virtual": "virtual", "physical": "physical"}
_HYPERVISORS = {"vmware": "VMware", "hyper-v": "Hyper-V", "hyperv": "Hyper-V"}
_DISK_BEYOND = re.compile(r"disk (\d+) (size|read|write)")


def read(table: CsvTable) -> ReadFile:
    """Read the rows of a template.

    Raises:
        FileRefused: Columns are missing, doubled or in other units; or a row is no CSV.
    """
    header = find_columns(table.headings, COLUMNS)
    _refuse_more_disks(header.unknown)
    collected = Collected()
    for number, cells in table.rows:
        row = Row(header, cells, sheet=None, number=number, decimal_comma=table.decimal_comma)
        row.check_width()
        name = row.required_text("server name")
        collected.add(row, name, name, _machine(row, name))
    notes = (f"Columns that mean nothing here: {', '.join(header.unknown)}",) if header.unknown else ()
    return collected.file("azure-migrate-csv", notes)


def _refuse_more_disks(unknown: tuple[str, ...]) -> None:
    """Refuse disks that would otherwise be lost without a word."""
    for heading in unknown:
        found = _DISK_BEYOND.match(heading_key(heading))
        if found and int(found.group(1)) > MAX_DISKS:
            raise FileRefused(heading, f"a server has at most {MAX_DISKS} disks; add up the smallest ones")


def _machine(row: Row, name: str) -> ImportedMachine | None:
    """Return what a row says, None where it has errors."""
    totals = [row.amount(f"total disks {use}", MAX_RATE) for use, _, _ in _USES]
    row.amount("storage in use", MAX_SIZE_GIB)
    values = {
        "cores": row.required_count("cores", MAX_CORES),
        "memory_mib": row.required_count("memory", MAX_MEMORY_MIB),
        "os_name": _os_name(row),
        "os_version": row.text("os version"),
        "os_architecture": row.choice("os architecture", _ARCHITECTURES),
        "boot_type": row.choice("boot type", _BOOT_TYPES),
        "server_type": row.choice("server type", _SERVER_TYPES),
        "hypervisor": row.choice("hypervisor", _HYPERVISORS),
        "ip_addresses": ip_addresses(row, "ip address"),
        "mac_addresses": mac_addresses(row, "mac address"),
        "nic_count": row.count("network adapters", MAX_NICS),
        "cpu_percent": row.amount("cpu utilization percentage", 100),
        "memory_percent": row.amount("memory utilization percentage", 100),
        "total_read_iops": totals[0],
        "total_write_iops": totals[1],
        "total_read_mb_per_second": totals[2],
        "total_write_mb_per_second": totals[3],
        "received_mb_per_second": row.amount("network in throughput", MAX_RATE),
        "transmitted_mb_per_second": row.amount("network out throughput", MAX_RATE),
        "disks": _disks(row),
    }
    return None if row.has_errors else ImportedMachine.model_validate({"name": name, **values})


def _os_name(row: Row) -> str | None:
    """The name may be any; one that nobody knows makes the readiness unknown, and the report says so."""
    name = row.required_text("os name")
    if name and identify_guest_os(name).family == "unknown":
        row.warn(
            "os name", f"{shown(name)} is not known: readiness will be unknown", "use the system's full name"
        )
    return name or None


def _disks(row: Row) -> list[ImportedDisk]:
    disks = [disk for number in range(1, MAX_DISKS + 1) if (disk := _disk(row, number)) is not None]
    stated = row.count("number of disks", MAX_DISKS)
    if stated is None or stated == len(disks):
        return disks
    if disks:
        row.warn("number of disks", f"says {stated}, but {len(disks)} disks have columns", "correct either")
        return disks
    if stated:
        row.warn("number of disks", "no disk has a size: their cost cannot be known", "fill in the sizes")
    return [ImportedDisk(name=f"Disk {number}") for number in range(1, stated + 1)]


def _disk(row: Row, number: int) -> ImportedDisk | None:
    """One disk; None where none of its cells says anything."""
    size = row.amount(f"disk {number} size", MAX_SIZE_GIB)
    uses = [row.amount(f"disk {number} {use}", MAX_RATE) for use, _, _ in _USES]
    if not size and not any(uses):
        # Zeros stand in many files for disks that are not there.
        return None
    if not size:
        row.warn(f"disk {number} size", "is empty: the disk cannot be assessed", "fill in the size")
    return ImportedDisk(
        name=f"Disk {number}",
        size_gib=size or None,
        read_iops=uses[0],
        write_iops=uses[1],
        read_mb_per_second=uses[2],
        write_mb_per_second=uses[3],
    )
