"""The raw series of the load's machines, and how their values read afterwards."""

from dataclasses import dataclass

from surveyor_schemas.counters import HypervCounter, Metric, VmwareCounter

_KIB = 1024
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Counter:
    """A raw series of a machine: what is sent, and how its values read afterwards."""

    counter: str
    instance: str
    upper: int
    """What a machine that is busy with nothing else reaches."""
    metric: Metric
    multiplier: int = 1
    divisor: int = 1
    decimals: int = 0
    """vSphere gives whole numbers; rates from two reads of a Hyper-V host come with three decimals."""


def _vmware_counters() -> list[Counter]:
    disks = ("scsi0:0", "scsi0:1")
    return [
        Counter(VmwareCounter.CPU_USAGE, "", 10_000, Metric.CPU_PERCENT, 1, 100),
        Counter(VmwareCounter.MEMORY_USAGE, "", 10_000, Metric.MEMORY_PERCENT, 1, 100),
        *(Counter(VmwareCounter.DISK_READ, d, 90_000, Metric.READ_MB_PER_SECOND, _KIB, _MB) for d in disks),
        *(Counter(VmwareCounter.DISK_WRITE, d, 90_000, Metric.WRITE_MB_PER_SECOND, _KIB, _MB) for d in disks),
        *(Counter(VmwareCounter.DISK_READ_OPERATIONS, d, 900, Metric.READ_IOPS) for d in disks),
        *(Counter(VmwareCounter.DISK_WRITE_OPERATIONS, d, 900, Metric.WRITE_IOPS) for d in disks),
        Counter(VmwareCounter.NET_RECEIVED, "4000", 90_000, Metric.RECEIVED_MB_PER_SECOND, _KIB, _MB),
        Counter(VmwareCounter.NET_TRANSMITTED, "4000", 90_000, Metric.TRANSMITTED_MB_PER_SECOND, _KIB, _MB),
    ]


def _hyperv_counters() -> list[Counter]:
    """Processors come first: a machine's `cpu_percent` is their mean (see `HYPERV_PROCESSORS`)."""
    disk, nic = r"Microsoft:disk\0\0", r"Microsoft:nic\a"
    rate = 90_000_000
    processors = (
        Counter(HypervCounter.VCPU_GUEST_RUN_TIME, str(number), 100, Metric.CPU_PERCENT, decimals=3)
        for number in range(HYPERV_PROCESSORS)
    )
    return [
        *processors,
        Counter(HypervCounter.DISK_READ_BYTES, disk, rate, Metric.READ_MB_PER_SECOND, 1, _MB),
        Counter(HypervCounter.DISK_WRITE_BYTES, disk, rate, Metric.WRITE_MB_PER_SECOND, 1, _MB),
        Counter(HypervCounter.DISK_READ_OPERATIONS, disk, 900, Metric.READ_IOPS, decimals=3),
        Counter(HypervCounter.DISK_WRITE_OPERATIONS, disk, 900, Metric.WRITE_IOPS, decimals=3),
        Counter(HypervCounter.NET_RECEIVED_BYTES, nic, rate, Metric.RECEIVED_MB_PER_SECOND, 1, _MB),
        Counter(HypervCounter.NET_SENT_BYTES, nic, rate, Metric.TRANSMITTED_MB_PER_SECOND, 1, _MB),
    ]


HYPERV_PROCESSORS = 2
VMWARE_COUNTERS = _vmware_counters()
HYPERV_COUNTERS = _hyperv_counters()
