"""What other sheets of an RVTools workbook say about the machines of vInfo."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from surveyor_inventory.imports.addresses import mac_addresses
from surveyor_inventory.imports.cells import Row
from surveyor_inventory.imports.columns import Column, find_columns
from surveyor_inventory.imports.limits import MAX_MEMORY_MIB, MAX_SIZE_MIB
from surveyor_inventory.imports.model import Finding, ImportedDisk
from surveyor_inventory.imports.workbook import Workbook

_OWNER = (Column("VM", "the machine's name", is_required=True),
          Column("VM UUID", "the machine; without it, its name", aliases=("VM Instance UUID",)))  # fmt: skip
_CAPACITY = Column("Capacity MiB", "MiB, number above 0", is_required=True, aliases=("Capacity MB",))

PARTS_COLUMNS: dict[str, tuple[Column, ...]] = {
    "vMemory": (*_OWNER, Column("Size MiB", "the machine's memory", is_required=True, aliases=("Size MB",))),
    "vDisk": (*_OWNER, _CAPACITY, Column("Disk", "the disk's label", aliases=("Disk label",))),
    "vPartition": (*_OWNER, _CAPACITY, Column("Consumed MiB", "not used", aliases=("Consumed MB",))),
    "vNetwork": (
        *_OWNER,
        Column("Mac Address", "the adapter's"),
        Column("IPv4 Address", "the adapter's, several by commas", aliases=("IP Address",)),
        Column("IPv6 Address", "likewise"),
    ),
}
_NUMBER_AT_END = re.compile(r"(\d+)\s*\Z")


@dataclass(slots=True)
class MachineParts:
    """What the other sheets say about one machine; empty where they say nothing."""

    memory_mib: int | None = None
    partitions_mib: float = 0.0
    disks: list[ImportedDisk] = field(default_factory=list)
    mac_addresses: list[str] = field(default_factory=list)
    ip_addresses: list[str] = field(default_factory=list)
    nic_count: int = 0
    findings: list[Finding] = field(default_factory=list)


class PartsOfMachines:
    """The other sheets, by machine: by UUID where a sheet has it, else by name."""

    def __init__(self, workbook: Workbook) -> None:
        self.missing: list[str] = []
        self._parts: dict[str, MachineParts] = defaultdict(MachineParts)
        for sheet, take in _TAKE.items():
            rows = workbook.rows(sheet)
            _, headings = next(rows, (0, [])) if rows is not None else (0, [])
            if rows is None or not headings:
                self.missing.append(sheet)
                continue
            header = find_columns([str(cell) for cell in headings], PARTS_COLUMNS[sheet], sheet)
            for number, cells in rows:
                self._take(Row(header, cells, sheet=sheet, number=number), take)

    def of(self, uuid: str | None, name: str) -> MachineParts:
        """Return what there is of one machine."""
        keys = [key.casefold() for key in (uuid, name) if key]
        found = [self._parts[key] for key in dict.fromkeys(keys) if key in self._parts]
        return _together(found)

    def _take(self, row: Row, take: Callable[[Row, MachineParts], None]) -> None:
        owner = row.text("vm uuid") or row.text("vm")
        if owner is not None:
            parts = self._parts[owner.casefold()]
            take(row, parts)
            parts.findings.extend(_as_warnings(row.findings))


def _together(found: list[MachineParts]) -> MachineParts:
    """Sheets may know a machine by different keys: one has its UUID, another only its name."""
    whole = MachineParts()
    for parts in found:
        whole.memory_mib = whole.memory_mib or parts.memory_mib
        whole.partitions_mib += parts.partitions_mib
        whole.nic_count += parts.nic_count
        whole.disks += parts.disks
        whole.mac_addresses += parts.mac_addresses
        whole.ip_addresses += parts.ip_addresses
        whole.findings += parts.findings
    whole.disks.sort(key=_number_of)
    return whole


def _take_memory(row: Row, parts: MachineParts) -> None:
    parts.memory_mib = row.count("size mib", MAX_MEMORY_MIB)


def _take_disk(row: Row, parts: MachineParts) -> None:
    name = row.text("disk") or f"Hard disk {len(parts.disks) + 1}"
    size_mib = row.amount("capacity mib", MAX_SIZE_MIB)
    parts.disks.append(ImportedDisk(name=name, size_gib=size_mib / 1024 if size_mib else None))


def _take_partition(row: Row, parts: MachineParts) -> None:
    parts.partitions_mib += row.amount("capacity mib", MAX_SIZE_MIB) or 0.0


def _take_adapter(row: Row, parts: MachineParts) -> None:
    parts.nic_count += 1
    parts.mac_addresses += mac_addresses(row, "mac address")
    parts.ip_addresses += row.words("ipv4 address") + row.words("ipv6 address")


_TAKE = {
    "vMemory": _take_memory,
    "vDisk": _take_disk,
    "vPartition": _take_partition,
    "vNetwork": _take_adapter,
}


def _number_of(disk: ImportedDisk) -> int:
    """The order of disks is that of their labels' numbers: "Hard disk 1" has the operating system."""
    found = _NUMBER_AT_END.search(disk.name)
    return int(found.group(1)) if found else 0


def _as_warnings(findings: list[Finding]) -> list[Finding]:
    """A part that cannot be read does not take the machine with it."""
    return [
        Finding("warning", one.sheet, one.row, one.column, f"{one.message}; not used", one.fix)
        for one in findings
    ]
