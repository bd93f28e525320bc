"""How often measured use would have exceeded the limits of a recommendation.

Each check sums some series of the machine at every point in time and counts the points at which the sum
lies above a threshold. All that is needed to repeat the count on other samples of the same series stands
in the check; the counting itself is `surveyor_inventory.exceedance`.
"""

from typing import Literal

from surveyor_schemas.base import NonNegativeFloat, NonNegativeInt, Record, UtcDatetime

CheckName = Literal[
    "vcpus",
    "memory_gib",
    "disk_iops",
    "disk_mb_per_second",
    "network_mbit_per_second",
    "azure_disk_iops",
    "azure_disk_mb_per_second",
]
"""Limits of the recommended size over all disks and NICs; the last two of one recommended disk."""


class BacktestCheck(Record):
    """One limit, and how often it would have been exceeded."""

    name: CheckName
    disk_id: str | None
    """The disk of the checks of one disk; None for the checks of the size."""
    limit: NonNegativeFloat | None
    """In the unit of the name; None: the catalogue does not know it, and nothing was counted."""
    metrics: list[str]
    """Canonical metrics that are added up at each point, such as read_iops and write_iops."""
    instances: list[str]
    """Counter instances that are added up; one empty string for series of the machine itself."""
    threshold: NonNegativeFloat | None
    """The limit in the metrics' unit: a point counts as above when its sum is larger."""
    points_measured: NonNegativeInt | None
    """Points at which at least one of the series was measured; None where nothing was counted."""
    points_above: NonNegativeInt | None
    percent_above: NonNegativeFloat | None
    """Of the measured points, 0 to 100, to 6 decimals; None where none was measured."""
    longest_above_seconds: NonNegativeInt | None
    """The longest run of neighbouring points above; a point without data ends a run."""


class Backtest(Record):
    """All checks of one machine, on points of one length."""

    resolution_seconds: NonNegativeInt
    """600 for 10-minute peaks, the sampling interval for raw samples."""
    window_start: UtcDatetime
    window_end: UtcDatetime
    checks: list[BacktestCheck]
    worst_percent_above: NonNegativeFloat | None
    """The largest `percent_above` of the checks."""


class BacktestTotal(Record):
    """One kind of check over all machines of a run; a machine with several disks counts once."""

    name: CheckName
    machines_tested: NonNegativeInt
    machines_above: NonNegativeInt
    """Machines with at least one point above."""
    points_measured: NonNegativeInt
    points_above: NonNegativeInt
    longest_above_seconds: NonNegativeInt
