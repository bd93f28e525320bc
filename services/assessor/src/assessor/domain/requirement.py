"""What a machine needs in Azure, per dimension.

Source: Azure Migrate, "Azure VM assessments" (2025-02-06) and "Troubleshoot assessment" (2021-07-28).
"""

from dataclasses import dataclass

from assessor.domain.machine import Disk, Machine, Nic, TotalDiskUsage, Usage
from assessor.domain.rules import NEED_DECIMALS
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

_MBIT_PER_MB = 8


@dataclass(frozen=True, slots=True)
class DiskNeed:
    """`is_measured` is False where size alone decides: as-is, or no counter of the disk was read."""

    size_gib: float
    iops: float
    mb_per_second: float
    is_measured: bool


@dataclass(frozen=True, slots=True)
class Requirement:
    """Needs after percentile and comfort factor, rounded; 0 means that the dimension is not tested."""

    cores: float
    memory_gib: float
    disks: tuple[DiskNeed, ...]
    disk_iops: float
    disk_mb_per_second: float
    network_mbit_per_second: float
    data_disks: int
    nics: int


def requirement(machine: Machine, settings: AssessmentSettings) -> Requirement:
    """Work out what `machine` needs under `settings`."""
    disks = tuple(disk_need(disk, settings) for disk in machine.disks)
    iops, mb_per_second = _together(disks, machine.total_disk_usage, settings)
    return Requirement(
        cores=cores_needed(machine, settings),
        memory_gib=memory_gib_needed(machine, settings),
        disks=disks,
        disk_iops=iops,
        disk_mb_per_second=mb_per_second,
        network_mbit_per_second=network_mbit_per_second_needed(machine.nics, settings),
        data_disks=machine.data_disk_count,
        nics=len(machine.nics),
    )


def rounded(need: float) -> float:
    return round(need, NEED_DECIMALS)


def cores_needed(machine: Machine, settings: AssessmentSettings) -> float:
    """Cores: utilised or, as-is, allocated ones x factor; never measured: the allocated ones."""
    return _needed(machine.cores, machine.cpu_percent, settings)


def memory_gib_needed(machine: Machine, settings: AssessmentSettings) -> float:
    """Memory in GiB, by the same rule as `cores_needed`."""
    return _needed(machine.memory_gib, machine.memory_percent, settings)


def _needed(allocated: float, percent: Usage, settings: AssessmentSettings) -> float:
    if not settings.is_performance_based:
        return rounded(allocated * settings.scaling_factor)
    if percent.value is None:
        return rounded(allocated)
    return rounded(allocated * percent.value / 100 * settings.scaling_factor)


def disk_need(disk: Disk, settings: AssessmentSettings) -> DiskNeed:
    """IOPS and throughput of one disk: read and write at their own percentile, added, x factor."""
    measured = settings.is_performance_based and any(usage.value is not None for usage in disk.usages)
    if not measured:
        return DiskNeed(disk.size_gib or 0.0, 0.0, 0.0, is_measured=False)
    factor = settings.scaling_factor
    return DiskNeed(
        size_gib=disk.size_gib or 0.0,
        iops=rounded((_or_zero(disk.read_iops) + _or_zero(disk.write_iops)) * factor),
        mb_per_second=rounded(
            (_or_zero(disk.read_mb_per_second) + _or_zero(disk.write_mb_per_second)) * factor
        ),
        is_measured=True,
    )


def _together(
    disks: tuple[DiskNeed, ...], total: TotalDiskUsage | None, settings: AssessmentSettings
) -> tuple[float, float]:
    """IOPS and MB/s of all disks; totals that a file states go straight into the choice of the size."""
    iops = sum(disk.iops for disk in disks)
    mb_per_second = sum(disk.mb_per_second for disk in disks)
    if total is not None and settings.is_performance_based:
        factor = settings.scaling_factor
        iops += (_or_zero(total.read_iops) + _or_zero(total.write_iops)) * factor
        mb_per_second += (_or_zero(total.read_mb_per_second) + _or_zero(total.write_mb_per_second)) * factor
    return rounded(iops), rounded(mb_per_second)


def network_mbit_per_second_needed(nics: tuple[Nic, ...], settings: AssessmentSettings) -> float:
    """Transmitted traffic of all NICs x factor; received traffic is collected but never sizes."""
    if not settings.is_performance_based:
        return 0.0
    transmitted = sum(_or_zero(nic.transmitted_mb_per_second) for nic in nics)
    return rounded(transmitted * settings.scaling_factor * _MBIT_PER_MB)


def _or_zero(usage: Usage) -> float:
    return usage.value or 0.0
