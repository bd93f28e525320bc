"""What was not measured, or lies outside its range.

Source: azure-mgmt-migrationassessment 1.0.0b1, suitabilityDetail of machine, disk and adapter.
"""

from assessor.domain.issues import DataIssue
from assessor.domain.machine import Disk, Machine, Nic, Usage
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

_MAX_PERCENT = 100
_DISK_CODES = (
    DataIssue.READ_IOPS_MISSING,
    DataIssue.WRITE_IOPS_MISSING,
    DataIssue.READ_THROUGHPUT_MISSING,
    DataIssue.WRITE_THROUGHPUT_MISSING,
)
_NIC_CODES = (DataIssue.RECEIVED_MISSING, DataIssue.TRANSMITTED_MISSING)


def machine_data_issues(machine: Machine, settings: AssessmentSettings) -> tuple[DataIssue, ...]:
    """CPU and memory use missing or above 100 %; as-is assessments do not look at use."""
    if not settings.is_performance_based:
        return ()
    return (
        *_percent_issues(machine.cpu_percent, DataIssue.CORES_MISSING, DataIssue.CORES_OUT_OF_RANGE),
        *_percent_issues(machine.memory_percent, DataIssue.MEMORY_MISSING, DataIssue.MEMORY_OUT_OF_RANGE),
    )


def disk_data_issues(disk: Disk, settings: AssessmentSettings) -> tuple[DataIssue, ...]:
    """Size missing, and in performance-based assessments each counter that was not measured."""
    size = (DataIssue.DISK_SIZE_MISSING,) if disk.size_gib is None else ()
    return (*size, *_missing(disk.usages, _DISK_CODES)) if settings.is_performance_based else size


def nic_data_issues(nic: Nic, settings: AssessmentSettings) -> tuple[DataIssue, ...]:
    return _missing(nic.usages, _NIC_CODES) if settings.is_performance_based else ()


def _percent_issues(usage: Usage, missing: DataIssue, out_of_range: DataIssue) -> tuple[DataIssue, ...]:
    if usage.value is None:
        return (missing,)
    return (out_of_range,) if usage.value > _MAX_PERCENT else ()


def _missing(usages: tuple[Usage, ...], codes: tuple[DataIssue, ...]) -> tuple[DataIssue, ...]:
    return tuple(code for usage, code in zip(usages, codes, strict=True) if usage.value is None)
