"""How much memory a Hyper-V guest uses: several ways to know, the best one that a moment offers.

1. `pressure`: Current Pressure x Guest Visible Physical Memory (dynamic memory is on);
2. `guest-available`: visible less available memory, on hosts whose build reports it;
3. else only what the host assigned is known, which says nothing of use and goes to a metric of its own.

Source: Azure Migrate, "Discovered metadata", Hyper-V counters (2023-02-24); Hyper-V WMI performance classes.
"""

from collections.abc import Iterator
from typing import NamedTuple

from normalizer.domain.performance.series import Series
from surveyor_schemas.counters import Metric

PRESSURE = "pressure"
GUEST_AVAILABLE = "guest-available"
ASSIGNED = "assigned"
BASE_UNKNOWN = "-of-visible"
"""Suffix of a method where the allocated memory was not known and the visible memory stood in for it."""


class MemoryReadings(NamedTuple):
    """What the host says of one machine's memory at one moment; None is not measured."""

    pressure_percent: float | None
    visible_mib: float | None
    available_mib: float | None
    assigned_mib: float | None


class MemoryUse(NamedTuple):
    """A method and what it found, in MiB."""

    method: str
    mib: float


def memory_series(readings: list[MemoryReadings], allocated_mib: int | None) -> Iterator[Series]:
    """Give one series per method that was used, in percent of the allocated memory.

    A machine that discovery has not brought yet has no known allocation; its use is then given in percent
    of the memory that the guest sees, and its method says so. Assigned memory is left out in that case.
    """
    uses = [memory_use(reading) for reading in readings]
    for method in sorted({use.method for use in uses if use}):
        values = [
            _percent(use.mib, allocated_mib, reading) if use and use.method == method else None
            for use, reading in zip(uses, readings, strict=True)
        ]
        metric = Metric.MEMORY_ASSIGNED_PERCENT if method == ASSIGNED else Metric.MEMORY_PERCENT
        if allocated_mib:
            yield Series.of(metric, "", values, method=method)
        elif method != ASSIGNED:
            yield Series.of(metric, "", values, method=method + BASE_UNKNOWN)


def memory_use(reading: MemoryReadings) -> MemoryUse | None:
    """Choose the best method that one moment's readings allow; None if they allow none.

    A pressure of zero is what hosts report of machines without dynamic memory: not measured.
    """
    pressure, visible, available, assigned = reading
    if pressure and visible:
        return MemoryUse(PRESSURE, pressure * visible / 100)
    if visible and available is not None:
        return MemoryUse(GUEST_AVAILABLE, max(0.0, visible - available))
    if assigned is not None:
        return MemoryUse(ASSIGNED, assigned)
    return None


def _percent(used_mib: float, allocated_mib: int | None, reading: MemoryReadings) -> float | None:
    base_mib = allocated_mib or reading.visible_mib
    return used_mib / base_mib * 100 if base_mib else None
