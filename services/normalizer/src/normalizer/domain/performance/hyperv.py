"""Hyper-V counters to canonical series.

Source: Azure Migrate, "Discovered metadata", Hyper-V counters (2023-02-24).
"""

from collections import defaultdict

from msgspec import Struct

from normalizer.domain.performance.hyperv_memory import MemoryReadings, memory_series
from normalizer.domain.performance.samples import MachineSamples
from normalizer.domain.performance.series import MachineFacts, Series
from surveyor_schemas.counters import HypervCounter, Metric

BYTES_PER_MB = 1_000_000
_PROCESSOR: str = HypervCounter.VCPU_GUEST_RUN_TIME
Values = list[float | None]


class Rule(Struct, frozen=True):
    """How one counter of a device becomes a metric."""

    metric: Metric
    divisor: float


DEVICE_RULES: dict[str, Rule] = {
    HypervCounter.DISK_READ_BYTES: Rule(Metric.READ_MB_PER_SECOND, BYTES_PER_MB),
    HypervCounter.DISK_WRITE_BYTES: Rule(Metric.WRITE_MB_PER_SECOND, BYTES_PER_MB),
    HypervCounter.DISK_READ_OPERATIONS: Rule(Metric.READ_IOPS, 1),
    HypervCounter.DISK_WRITE_OPERATIONS: Rule(Metric.WRITE_IOPS, 1),
    HypervCounter.NET_RECEIVED_BYTES: Rule(Metric.RECEIVED_MB_PER_SECOND, BYTES_PER_MB),
    HypervCounter.NET_SENT_BYTES: Rule(Metric.TRANSMITTED_MB_PER_SECOND, BYTES_PER_MB),
}
MEMORY_COUNTERS = frozenset(
    {
        HypervCounter.MEMORY_PRESSURE,
        HypervCounter.MEMORY_VISIBLE,
        HypervCounter.MEMORY_AVAILABLE,
        HypervCounter.MEMORY_ASSIGNED,
    }
)


def hyperv_series(machine: MachineSamples, facts: MachineFacts) -> list[Series]:
    """Map one machine's series; counters that no rule names are left out."""
    mapped: list[Series] = []
    processors: list[Values] = []
    memory: dict[str, Values] = defaultdict(list)
    for series in machine.series:
        rule = DEVICE_RULES.get(series.counter)
        if rule is not None:
            mapped.append(Series.of(rule.metric, series.instance, series.values, 1, rule.divisor))
        elif series.counter == _PROCESSOR:
            processors.append(series.values)
        elif series.counter in MEMORY_COUNTERS:
            memory[series.counter] = series.values
    if processors:
        mapped.append(Series.of(Metric.CPU_PERCENT, "", cpu_percent(processors)))
    if memory:
        mapped += memory_series(_memory_readings(memory, len(machine.timestamps)), facts.memory_mib)
    return mapped


def needs_facts(machine: MachineSamples) -> bool:
    """Return whether some series can only be mapped well when the machine is known."""
    return not MEMORY_COUNTERS.isdisjoint([series.counter for series in machine.series])


def cpu_percent(processors: list[Values]) -> Values:
    """Return the use of all allocated processors, in percent: the sum of theirs by their number.

    A moment at which one of them is missing has no value: a partial sum would be too low.
    """
    count = len(processors)
    return [None if None in rates else sum(rates) / count for rates in zip(*processors, strict=True)]


def _memory_readings(memory: dict[str, Values], count: int) -> list[MemoryReadings]:
    missing: Values = [None] * count
    columns = (
        memory.get(counter, missing)
        for counter in (
            HypervCounter.MEMORY_PRESSURE,
            HypervCounter.MEMORY_VISIBLE,
            HypervCounter.MEMORY_AVAILABLE,
            HypervCounter.MEMORY_ASSIGNED,
        )
    )
    return [MemoryReadings(*readings) for readings in zip(*columns, strict=True)]
