"""vSphere counters to canonical series.

Source: Azure Migrate, "Discovered metadata", VMware performance (2023-02-24); vSphere Web Services API,
performance counters (units). A vSphere KB is 1,024 bytes.
"""

from msgspec import Struct

from normalizer.domain.performance.samples import CounterSeries, MachineSamples
from normalizer.domain.performance.series import MachineFacts, Series
from surveyor_schemas.counters import Metric, VmwareCounter

BYTES_PER_KIB = 1024
BYTES_PER_MB = 1_000_000
MILLISECONDS = 1000


class Rule(Struct, frozen=True):
    """How one counter becomes a metric."""

    metric: Metric
    multiplier: float
    divisor: float
    per_device: bool
    """True for counters of disks and NICs, whose aggregate instance is not wanted."""
    method: str = ""


_CPU_READY: str = VmwareCounter.CPU_READY
RULES: dict[str, Rule] = {
    VmwareCounter.CPU_USAGE: Rule(Metric.CPU_PERCENT, 1, 100, False),
    VmwareCounter.MEMORY_USAGE: Rule(Metric.MEMORY_PERCENT, 1, 100, False, "usage"),
    VmwareCounter.DISK_READ: Rule(Metric.READ_MB_PER_SECOND, BYTES_PER_KIB, BYTES_PER_MB, True),
    VmwareCounter.DISK_WRITE: Rule(Metric.WRITE_MB_PER_SECOND, BYTES_PER_KIB, BYTES_PER_MB, True),
    VmwareCounter.DISK_READ_OPERATIONS: Rule(Metric.READ_IOPS, 1, 1, True),
    VmwareCounter.DISK_WRITE_OPERATIONS: Rule(Metric.WRITE_IOPS, 1, 1, True),
    VmwareCounter.NET_RECEIVED: Rule(Metric.RECEIVED_MB_PER_SECOND, BYTES_PER_KIB, BYTES_PER_MB, True),
    VmwareCounter.NET_TRANSMITTED: Rule(Metric.TRANSMITTED_MB_PER_SECOND, BYTES_PER_KIB, BYTES_PER_MB, True),
}


def vmware_series(machine: MachineSamples, facts: MachineFacts) -> list[Series]:
    """Map one machine's series; counters that no rule names are left out.

    The empty instance is the whole machine: it counts for CPU and memory (which also come per processor)
    and is left out for disks and NICs, where it repeats the sum of the devices.
    """
    mapped = []
    for series in machine.series:
        instance = series.instance
        rule = RULES.get(series.counter)
        if rule is not None:
            if rule.per_device is (instance != ""):
                mapped.append(
                    Series(rule.metric, instance, series.values, rule.multiplier, rule.divisor, rule.method)
                )
        elif series.counter == _CPU_READY and instance == "" and facts.cores:
            mapped.append(_ready(series, machine.interval_seconds, facts.cores))
    return mapped


def needs_facts(machine: MachineSamples) -> bool:
    """Return whether some series can only be mapped when the machine is known."""
    return _CPU_READY in [series.counter for series in machine.series]


def _ready(series: CounterSeries, interval_seconds: int, cores: int) -> Series:
    """Turn milliseconds summed over all processors into percent of the interval and of all processors."""
    available_ms = interval_seconds * MILLISECONDS * cores
    return Series(Metric.CPU_READY_PERCENT, "", series.values, 100, available_ms)
