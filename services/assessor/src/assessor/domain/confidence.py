"""How much of the performance data that an assessment would like is there.

Source: Azure Migrate, "Confidence ratings" (2024-10-24); the formula is ours (ADR 0011).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor

from assessor.domain.machine import Machine, Source, Usage
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

_BAND_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Coverage:
    """10-minute points that are there, of those that a full window would hold."""

    available: int
    expected: int

    @property
    def percent(self) -> float:
        return 100 * self.available / self.expected if self.expected else 0.0

    @property
    def stars(self) -> int:
        """From 1 to 5; the percentage is cut to an integer before its band is chosen."""
        return max(1, ceil(floor(self.percent) / _BAND_PERCENT))


def machine_coverage(machine: Machine, settings: AssessmentSettings) -> Coverage | None:
    """Count the points of CPU, memory, each disk's four and each NIC's two series.

    None where confidence is not given: as-is assessments, imported machines, and machines of which
    a series is known as a value only.
    """
    if not settings.is_performance_based or machine.source is Source.IMPORT:
        return None
    points = [usage.points for usage in _series(machine)]
    if None in points:
        return None
    window = settings.window_points
    available = sum(min(count, window) for count in points if count is not None)
    return Coverage(available, window * len(points))


def assessment_coverage(coverages: Iterable[Coverage | None]) -> Coverage | None:
    """Add up the machines that have a confidence; None when none has."""
    given = [coverage for coverage in coverages if coverage is not None]
    if not given:
        return None
    return Coverage(sum(c.available for c in given), sum(c.expected for c in given))


def _series(machine: Machine) -> list[Usage]:
    series = [machine.cpu_percent, machine.memory_percent]
    for disk in machine.disks:
        series.extend(disk.usages)
    for nic in machine.nics:
        series.extend(nic.usages)
    return series
