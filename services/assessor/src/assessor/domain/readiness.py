"""Can the machine start in Azure, and is it supported there?

Source: Azure Migrate, "Azure VM assessments" (2025-02-06); boot type missing, "Common questions:
assessments" (2023-06-06).
"""

from assessor.domain.issues import Issue
from assessor.domain.machine import BootType, Machine, Source, Usage
from assessor.domain.os_support import (
    CHECK_VERSION,
    ENDORSED_LINUX,
    LICENSED_WINDOWS_CLIENTS,
    READY_32_BIT_WINDOWS_SERVERS,
    READY_WINDOWS_SERVERS,
    WINDOWS_SERVERS_WITHOUT_UEFI,
)
from assessor.domain.requirement import rounded
from assessor.domain.rules import MAX_CORES, MAX_DISK_GIB, MAX_DISKS, MAX_MEMORY_GIB, MAX_NICS
from surveyor_inventory.guest_os import Architecture, GuestOs, OsFamily, OsProduct
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings


def readiness_issues(
    machine: Machine,
    settings: AssessmentSettings,
    max_cores: float = MAX_CORES,
    max_memory_gib: float = MAX_MEMORY_GIB,
) -> tuple[Issue, ...]:
    """All findings of the first stage, in the order boot type, operating system, limits."""
    found = (
        _boot_issue(machine),
        guest_os_issue(machine.guest_os, machine.source),
        _architecture_issue(machine.guest_os),
        _size_issue(machine, settings, max_cores, max_memory_gib),
        *_count_issues(machine),
    )
    return tuple(dict.fromkeys(issue for issue in found if issue is not None))


def effective_boot_type(machine: Machine) -> BootType:
    """An import that names no boot type is taken to be BIOS."""
    if machine.boot_type is BootType.UNKNOWN and machine.source is Source.IMPORT:
        return BootType.BIOS
    return machine.boot_type


def _boot_issue(machine: Machine) -> Issue | None:
    boot_type = effective_boot_type(machine)
    if boot_type is BootType.UNKNOWN:
        return Issue.BOOT_TYPE_UNKNOWN
    if boot_type is BootType.UEFI and _is_windows_server(machine.guest_os, WINDOWS_SERVERS_WITHOUT_UEFI):
        return Issue.BOOT_TYPE_NOT_SUPPORTED
    return None


def guest_os_issue(guest_os: GuestOs, source: Source) -> Issue | None:
    """What the operating system itself says, its word size left aside."""
    match guest_os.family:
        case OsFamily.WINDOWS:
            return _windows_issue(guest_os)
        case OsFamily.LINUX:
            return _linux_issue(guest_os, source)
        case OsFamily.OTHER:
            return Issue.OS_CONDITIONAL
        case OsFamily.UNKNOWN:
            return Issue.OS_UNKNOWN


def _windows_issue(guest_os: GuestOs) -> Issue | None:
    if _is_windows_server(guest_os, READY_WINDOWS_SERVERS):
        return None
    if guest_os.product is OsProduct.WINDOWS_CLIENT:
        if guest_os.version in LICENSED_WINDOWS_CLIENTS:
            return Issue.WINDOWS_CLIENT_CONDITIONAL
        return Issue.WINDOWS_NO_LONGER_SUPPORTED
    if guest_os.product is OsProduct.MS_DOS:
        return Issue.WINDOWS_NO_LONGER_SUPPORTED
    return Issue.WINDOWS_SERVER_CONDITIONAL


def _linux_issue(guest_os: GuestOs, source: Source) -> Issue | None:
    """Endorsed distribution and version, or a condition.

    What a hypervisor reports counts only with a minor version: its configuration names the major one
    whatever is installed. Source: "Troubleshoot assessment" (2021-07-28).
    """
    if guest_os.product is None or guest_os.product not in ENDORSED_LINUX:
        return Issue.LINUX_UNENDORSED
    version = guest_os.version_numbers
    needed_numbers = 1 if source is Source.IMPORT else 2
    if len(version) < needed_numbers:
        return CHECK_VERSION.get(guest_os.product, Issue.LINUX_ENDORSED_WITH_CONDITIONS)
    endorsed = ENDORSED_LINUX[guest_os.product]
    return None if any(version[: len(e)] == e for e in endorsed) else Issue.LINUX_UNENDORSED


def _architecture_issue(guest_os: GuestOs) -> Issue | None:
    if guest_os.architecture is not Architecture.X86:
        return None
    is_exempt = _is_windows_server(guest_os, READY_32_BIT_WINDOWS_SERVERS)
    return None if is_exempt else Issue.OS_ARCHITECTURE


def _size_issue(
    machine: Machine, settings: AssessmentSettings, max_cores: float, max_memory_gib: float
) -> Issue | None:
    cores = _compared_with_limit(machine.cores, machine.cpu_percent, settings)
    memory_gib = _compared_with_limit(machine.memory_gib, machine.memory_percent, settings)
    return Issue.NO_SUITABLE_SIZE if cores > max_cores or memory_gib > max_memory_gib else None


def _count_issues(machine: Machine) -> list[Issue | None]:
    too_large = any((disk.size_gib or 0) > MAX_DISK_GIB for disk in machine.disks)
    return [
        Issue.DISKS_NOT_SUITABLE if too_large else None,
        Issue.MORE_DISKS_THAN_SUPPORTED if len(machine.disks) > MAX_DISKS else None,
        Issue.ADAPTERS_NOT_SUITABLE if len(machine.nics) > MAX_NICS else None,
    ]


def _compared_with_limit(allocated: float, percent: Usage, settings: AssessmentSettings) -> float:
    """Utilised x factor where it was measured, else allocated x factor: here the factor always counts."""
    measured = settings.is_performance_based and percent.value is not None
    used = allocated * (percent.value or 0.0) / 100 if measured else allocated
    return rounded(used * settings.scaling_factor)


def _is_windows_server(guest_os: GuestOs, versions: frozenset[str]) -> bool:
    return guest_os.product is OsProduct.WINDOWS_SERVER and guest_os.version in versions
