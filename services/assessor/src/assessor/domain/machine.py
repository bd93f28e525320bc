"""A machine as an assessment sees it: what it has, and how much of that it uses."""

from dataclasses import dataclass
from enum import StrEnum

from surveyor_inventory.guest_os import GuestOs


class Source(StrEnum):
    VMWARE = "vmware"
    HYPERV = "hyperv"
    IMPORT = "import"


class BootType(StrEnum):
    BIOS = "bios"
    UEFI = "uefi"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known of one series of 10-minute peaks.

    Attributes:
        value: The percentile of the peaks; None when nothing was measured.
        points: Number of peaks behind the value; None when a source gave only the value.
        peak: The highest of the peaks; None when a source gave only the value, or nothing was measured.
        peaks: The peaks themselves, in the order of time, where a file gave them; None for no peak.
    """

    value: float | None
    points: int | None
    peak: float | None = None
    peaks: tuple[float | None, ...] | None = None


NOT_MEASURED = Usage(value=None, points=0)


@dataclass(frozen=True, slots=True)
class Disk:
    """`size_gib` None: the source could not read it, so no Azure disk can be named.

    `instance` is the name that its counters carry; None where they have none.
    """

    name: str
    size_gib: float | None
    is_os_disk: bool
    read_iops: Usage = NOT_MEASURED
    write_iops: Usage = NOT_MEASURED
    read_mb_per_second: Usage = NOT_MEASURED
    write_mb_per_second: Usage = NOT_MEASURED
    instance: str | None = None

    @property
    def usages(self) -> tuple[Usage, Usage, Usage, Usage]:
        return (self.read_iops, self.write_iops, self.read_mb_per_second, self.write_mb_per_second)


@dataclass(frozen=True, slots=True)
class Nic:
    name: str
    received_mb_per_second: Usage = NOT_MEASURED
    transmitted_mb_per_second: Usage = NOT_MEASURED
    instance: str | None = None

    @property
    def usages(self) -> tuple[Usage, Usage]:
        return (self.received_mb_per_second, self.transmitted_mb_per_second)


@dataclass(frozen=True, slots=True)
class TotalDiskUsage:
    """What a file states for all disks of a machine together, in place of usage per disk."""

    read_iops: Usage
    write_iops: Usage
    read_mb_per_second: Usage
    write_mb_per_second: Usage


@dataclass(frozen=True, slots=True)
class Machine:
    """`os_name` keeps the source's words for reports; rules read `guest_os` only."""

    name: str
    source: Source
    cores: int
    memory_mib: float
    boot_type: BootType
    os_name: str | None
    guest_os: GuestOs
    cpu_percent: Usage = NOT_MEASURED
    memory_percent: Usage = NOT_MEASURED
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()
    total_disk_usage: TotalDiskUsage | None = None

    @property
    def memory_gib(self) -> float:
        return self.memory_mib / 1024

    @property
    def data_disk_count(self) -> int:
        return sum(not disk.is_os_disk for disk in self.disks)
