"""vSphere counters to canonical series.

Source: Azure Migrate, "Discovered metadata", VMware performance (2023-02-24); vSphere Web Services API,
performance counters (units). A vSphere KB is 1,024 bytes.
"""

from functools import lru_cache

from msgspec import Struct

from normalizer.domain.performance.samples import MachineSamples
from normalizer.domain.performance.series import Kind, MachineFacts, Series
from surveyor_schemas.counters import Metric, VmwareCounter

BYTES_PER_KIB = 1024
BYTES_PER_MB = 1_000_000
MILLISECONDS = 1000
KINDS_REMEMBERED = 10_000


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
    """Map one machine's series; counters that no rule names are left out."""
    interval_seconds, cores = machine.interval_seconds, facts.cores
    mapped = []
    for series in machine.series:
        kind = _kind(series.counter, series.instance, interval_seconds, cores)
        if kind is not None:
            mapped.append(Series(kind, series.values))
    return mapped


def needs_facts(machine: MachineSamples) -> bool:
    """Return whether some series can only be mapped when the machine is known."""
    return _CPU_READY in [series.counter for series in machine.series]


@lru_cache(maxsize=KINDS_REMEMBERED)
def _kind(counter: str, instance: str, interval_seconds: int, cores: int | None) -> Kind | None:
    """Return what a series is, None if it is not wanted; the same few are asked for again and again.

    The empty instance is the whole machine: it counts for CPU and memory (which also come per processor)
    and is left out for disks and NICs, where it repeats the sum of the devices.
    """
    rule = RULES.get(counter)
    if rule is not None:
        if rule.per_device is (instance == ""):
            return None
        return Kind(rule.metric, instance, rule.multiplier, rule.divisor, rule.method)
    if counter == _CPU_READY and instance == "" and cores:
        return _ready(interval_seconds, cores)
    return None


def _ready(interval_seconds: int, cores: int) -> Kind:
    """Turn milliseconds summed over all processors into percent of the interval and of all processors."""
    return Kind(Metric.CPU_READY_PERCENT, "", 100, interval_seconds * MILLISECONDS * cores)
