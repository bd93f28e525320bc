"""The workbook that RVTools exports.

Source: Microsoft Learn, "Import servers with RVTools XLSX" (2025-05-12): the sheets vInfo, vPartition and
vMemory. Disks and adapters are read from vDisk and vNetwork where the workbook has them; docs/imports.md says
why.
"""

from surveyor_inventory.guest_os import identify_guest_os, prefer_reported
from surveyor_inventory.imports.addresses import ip_addresses, is_ip_address
from surveyor_inventory.imports.cells import Row, shown
from surveyor_inventory.imports.collect import Collected
from surveyor_inventory.imports.columns import Column, find_columns
from surveyor_inventory.imports.limits import MAX_CORES, MAX_MEMORY_MIB, MAX_NICS, MAX_SIZE_MIB
from surveyor_inventory.imports.model import FileRefused, ImportedDisk, ImportedMachine, ReadFile
from surveyor_inventory.imports.rvtools_parts import PARTS_COLUMNS, MachineParts, PartsOfMachines
from surveyor_inventory.imports.workbook import Workbook

_SRM = "srm placeholder"
_OS, _OS_OF_TOOLS = "os according to the configuration file", "os according to the vmware tools"

VINFO_COLUMNS = (
    Column("VM", "the machine's name", is_required=True),
    Column("Powerstate", "poweredOn, poweredOff or suspended"),
    Column("Template", "rows that say True are skipped"),
    Column("SRM Placeholder", "rows that say True are skipped"),
    Column("CPUs", f"whole number from 1 to {MAX_CORES}", is_required=True, aliases=("# CPUs", "CPU")),
    Column("Memory", f"MiB, whole number from 1 to {MAX_MEMORY_MIB}; vMemory goes before it",
           is_required=True, aliases=("Memory MiB", "Memory MB")),
    Column("OS according to the configuration file", "as vCenter calls it; an unknown one is a warning",
           is_required=True, aliases=("OS",)),
    Column("OS according to the VMware Tools", "goes before it, but for Windows, as vCenter's own data does"),
    Column("Provisioned MiB", "the disks' size where no sheet and no other column has it",
           aliases=("Provisioned MB",)),
    Column("Total disk capacity MiB", "the disks' size where neither vDisk nor vPartition has it"),
    Column("In Use MiB", "read and checked; no assessment for Azure VM uses it", aliases=("In Use MB",)),
    Column("Firmware", "bios or efi"),
    Column("NICs", f"whole number up to {MAX_NICS}; vNetwork goes before it"),
    Column("Primary IP Address", "where vNetwork has none"),
    Column("VM UUID", "what the machine is known by; without it, its name", aliases=("VM Instance UUID",)),
)  # fmt: skip
COLUMNS_BY_SHEET = {"vInfo": VINFO_COLUMNS, **PARTS_COLUMNS}

_FIRMWARE = {"bios": "bios", "efi": "uefi", "uefi": "uefi"}


def read(workbook: Workbook) -> ReadFile:
    """Read the machines of a workbook.

    Raises:
        FileRefused: It has no vInfo, or that lacks columns.
    """
    rows = workbook.rows("vInfo")
    if rows is None:
        found = ", ".join(workbook.sheet_names[:10]) or "none"
        raise FileRefused("vInfo", f"the sheet is missing (found: {found}); export all sheets with RVTools")
    _, headings = next(rows, (0, []))
    header = find_columns([str(cell) for cell in headings], VINFO_COLUMNS, "vInfo")
    parts = PartsOfMachines(workbook)
    collected = Collected()
    for number, cells in rows:
        row = Row(header, cells, sheet="vInfo", number=number)
        _add(collected, row, parts)
    return collected.file("rvtools", _notes(parts, "vm uuid" in header.positions))


def _notes(parts: PartsOfMachines, has_uuid: bool) -> tuple[str, ...]:
    notes = [f"Sheets that are not there: {', '.join(parts.missing)}."] if parts.missing else []
    if "vDisk" in parts.missing:
        notes.append("Without vDisk each machine has one disk of its whole size.")
    if not has_uuid:
        notes.append("Without VM UUID machines are known by name; a renamed one becomes another.")
    return tuple(notes)


def _add(collected: Collected, row: Row, parts: PartsOfMachines) -> None:
    name = row.required_text("vm")
    for column, what in (("template", "a template"), (_SRM, "a placeholder of Site Recovery Manager")):
        if row.is_true(column):
            collected.skip(row, name, f"is {what}, not a machine that runs")
            return
    uuid = row.text("vm uuid")
    of_machine = parts.of(uuid, name)
    row.findings.extend(of_machine.findings)
    collected.add(row, name, uuid or name, _machine(row, name, of_machine))


def _machine(row: Row, name: str, parts: MachineParts) -> ImportedMachine | None:
    """Return what a row and the other sheets say, None where the row has errors."""
    row.amount("in use mib", MAX_SIZE_MIB)
    primary = ip_addresses(row, "primary ip address")
    values = {
        "cores": row.required_count("cpus", MAX_CORES),
        "memory_mib": parts.memory_mib or row.required_count("memory", MAX_MEMORY_MIB),
        "os_name": _os_name(row),
        "boot_type": row.choice("firmware", _FIRMWARE),
        "server_type": "virtual",
        "hypervisor": "VMware",
        "power_state": row.text("powerstate"),
        "ip_addresses": [one for one in parts.ip_addresses if is_ip_address(one)] or primary,
        "mac_addresses": parts.mac_addresses,
        "nic_count": parts.nic_count or row.count("nics", MAX_NICS),
        "disks": _disks(row, parts),
    }
    return None if row.has_errors else ImportedMachine.model_validate({"name": name, **values})


def _os_name(row: Row) -> str | None:
    configured, reported = row.text(_OS), row.text(_OS_OF_TOOLS)
    name = _better_name(configured, reported) if configured and reported else configured or reported
    if name is None:
        row.warn(_OS, "is empty: readiness will be unknown", "power the machine on once and export again")
    elif identify_guest_os(name).family == "unknown":
        row.warn(_OS, f"{shown(name)} is not known: readiness will be unknown", "set the guest OS in vCenter")
    return name


def _better_name(configured: str, reported: str) -> str:
    """Choose as for machines that a collector finds, so that both ways assess a machine alike."""
    of_tools = identify_guest_os(reported)
    return reported if prefer_reported(identify_guest_os(configured), of_tools) is of_tools else configured


def _disks(row: Row, parts: MachineParts) -> list[ImportedDisk]:
    """The machine's disks or, where the workbook does not list them, one of the whole size."""
    if parts.disks:
        return parts.disks
    size_mib = parts.partitions_mib or row.amount("total disk capacity mib", MAX_SIZE_MIB)
    if not size_mib:
        size_mib = row.amount("provisioned mib", MAX_SIZE_MIB)
        if size_mib:
            row.warn("provisioned mib", "is all there is of the size: it counts snapshots and swap too",
                     "export vDisk or vPartition as well")  # fmt: skip
    if not size_mib:
        row.warn(None, "no sheet tells the size of a disk", "export vDisk or vPartition as well")
        return []
    return [ImportedDisk(name="Disk 1", size_gib=size_mib / 1024)]
