"""Readiness by boot type, operating system and limits."""

from typing import Any

import pytest

from assessor.domain.issues import Issue, Readiness
from assessor.domain.machine import BootType, Source
from assessor.domain.readiness import readiness_issues
from assessor.domain.rule_book import RuleBook

READY = Readiness.SUITABLE
CONDITIONAL = Readiness.CONDITIONALLY_SUITABLE
UNKNOWN = Readiness.READINESS_UNKNOWN
NOT_READY = Readiness.NOT_SUITABLE

# Source: Azure Migrate, "Azure VM assessments" (2025-02-06) and "Azure VM assessment" (2024-06-24).
OPERATING_SYSTEMS = [
    ("Windows Server 2025", READY, None),
    ("Windows Server 2022", READY, None),
    ("Windows Server 2019 Datacenter", READY, None),
    ("Microsoft Windows Server 2016 or later (64-bit)", READY, None),
    ("Windows Server 2012 R2", READY, None),
    ("Windows Server 2012", READY, None),
    ("Windows Server 2008 R2 SP1", READY, None),
    ("Windows Server 2008 (64-bit)", READY, None),
    ("Windows Server 2008 (32-bit)", READY, None),
    ("Windows Server 2003 R2", CONDITIONAL, Issue.WINDOWS_SERVER_CONDITIONAL),
    ("Windows Server 2003", CONDITIONAL, Issue.WINDOWS_SERVER_CONDITIONAL),
    ("Windows 2000", CONDITIONAL, Issue.WINDOWS_NO_LONGER_SUPPORTED),
    ("Windows 98", CONDITIONAL, Issue.WINDOWS_NO_LONGER_SUPPORTED),
    ("Windows NT", CONDITIONAL, Issue.WINDOWS_NO_LONGER_SUPPORTED),
    ("MS-DOS", CONDITIONAL, Issue.WINDOWS_NO_LONGER_SUPPORTED),
    ("Windows Vista", CONDITIONAL, Issue.WINDOWS_NO_LONGER_SUPPORTED),
    ("Windows XP Professional", CONDITIONAL, Issue.WINDOWS_NO_LONGER_SUPPORTED),
    ("Windows 7", CONDITIONAL, Issue.WINDOWS_CLIENT_CONDITIONAL),
    ("Windows 8.1", CONDITIONAL, Issue.WINDOWS_CLIENT_CONDITIONAL),
    ("Windows 10 Pro", CONDITIONAL, Issue.WINDOWS_CLIENT_CONDITIONAL),
    ("Windows 11", CONDITIONAL, Issue.WINDOWS_CLIENT_CONDITIONAL),
    ("Ubuntu 22.04.3 LTS", READY, None),
    ("Ubuntu 18.04", CONDITIONAL, Issue.LINUX_UNENDORSED),
    ("Ubuntu Linux (64-bit)", CONDITIONAL, Issue.CHECK_UBUNTU_VERSION),
    ("Red Hat Enterprise Linux 8.6", READY, None),
    ("Red Hat Enterprise Linux 8 (64-bit)", CONDITIONAL, Issue.CHECK_RED_HAT_VERSION),
    ("SUSE Linux Enterprise Server 15 SP5", READY, None),
    ("SUSE Linux Enterprise Server 15 SP1", CONDITIONAL, Issue.LINUX_UNENDORSED),
    ("SUSE Linux Enterprise 12 (64-bit)", CONDITIONAL, Issue.CHECK_SUSE_VERSION),
    ("Debian GNU/Linux 12.5", READY, None),
    ("Debian GNU/Linux 12 (64-bit)", CONDITIONAL, Issue.CHECK_DEBIAN_VERSION),
    ("Debian GNU/Linux 9.13", CONDITIONAL, Issue.LINUX_UNENDORSED),
    ("Oracle Linux 8.7", READY, None),
    ("Oracle Linux 4/5 or later (64-bit)", CONDITIONAL, Issue.CHECK_ORACLE_LINUX_VERSION),
    ("AlmaLinux 9.2", READY, None),
    ("Rocky Linux (64-bit)", CONDITIONAL, Issue.LINUX_ENDORSED_WITH_CONDITIONS),
    ("CentOS 7.9", CONDITIONAL, Issue.LINUX_UNENDORSED),
    ("Other 3.x or later Linux (64-bit)", CONDITIONAL, Issue.LINUX_UNENDORSED),
    ("Oracle Solaris 11 (64-bit)", CONDITIONAL, Issue.OS_CONDITIONAL),
    ("FreeBSD 13 or later versions (64-bit)", CONDITIONAL, Issue.OS_CONDITIONAL),
    ("Apple macOS 12 (64-bit)", CONDITIONAL, Issue.OS_CONDITIONAL),
    ("Other (64-bit)", UNKNOWN, Issue.OS_UNKNOWN),
    ("", UNKNOWN, Issue.OS_UNKNOWN),
    (None, UNKNOWN, Issue.OS_UNKNOWN),
    ("Ubuntu 22.04 (32-bit)", CONDITIONAL, Issue.OS_ARCHITECTURE),
    ("Windows 7 (32-bit)", CONDITIONAL, Issue.OS_ARCHITECTURE),
]


@pytest.mark.parametrize(("os_name", "readiness", "issue"), OPERATING_SYSTEMS)
def test_operating_system_decides(
    os_name: Any, readiness: Any, issue: Any, a_machine: Any, settings: Any
) -> None:
    issues = readiness_issues(a_machine(os_name), settings())
    assert RuleBook().worst(issues) is readiness
    assert issue is None or issue in issues


def test_import_needs_no_minor_version_where_the_list_names_none(a_machine: Any, settings: Any) -> None:
    machine = a_machine("Debian 12", source=Source.IMPORT)
    assert readiness_issues(machine, settings()) == ()


@pytest.mark.parametrize("version", ["2003", "2003 R2", "2008", "2008 R2"])
def test_old_windows_server_cannot_start_from_uefi(version: Any, a_machine: Any, settings: Any) -> None:
    machine = a_machine(f"Windows Server {version}", boot_type=BootType.UEFI)
    assert Issue.BOOT_TYPE_NOT_SUPPORTED in readiness_issues(machine, settings())


def test_recent_systems_start_from_uefi(a_machine: Any, settings: Any) -> None:
    machine = a_machine("Windows Server 2012", boot_type=BootType.UEFI)
    assert readiness_issues(machine, settings()) == ()


def test_missing_boot_type_is_a_condition_except_for_imports(a_machine: Any, settings: Any) -> None:
    discovered = a_machine(boot_type=BootType.UNKNOWN)
    imported = a_machine(boot_type=BootType.UNKNOWN, source=Source.IMPORT)
    assert readiness_issues(discovered, settings()) == (Issue.BOOT_TYPE_UNKNOWN,)
    assert readiness_issues(imported, settings()) == ()


@pytest.mark.parametrize(
    ("cores", "cpu", "factor", "fits"),
    [
        (128, 100, 1.0, True),
        (128, None, 1.0, True),
        (128, None, 1.3, False),
        (160, 50, 1.3, True),
        (160, 80, 1.3, False),
    ],
)
def test_core_limit_compares_use_or_allocation_times_factor(
    cores: Any, cpu: Any, factor: Any, fits: Any, a_machine: Any, settings: Any
) -> None:
    issues = readiness_issues(a_machine(cores=cores, cpu=cpu), settings(scaling_factor=factor))
    assert (Issue.NO_SUITABLE_SIZE not in issues) is fits


def test_memory_limit_is_that_of_the_largest_documented_size(a_machine: Any, settings: Any) -> None:
    fits = a_machine(memory_mib=3_892 * 1024, memory=100)
    too_large = a_machine(memory_mib=3_893 * 1024, memory=100)
    assert readiness_issues(fits, settings(scaling_factor=1.0)) == ()
    assert readiness_issues(too_large, settings(scaling_factor=1.0)) == (Issue.NO_SUITABLE_SIZE,)


def test_counts_and_sizes_of_disks_and_adapters_are_limited(
    a_machine: Any, a_disk: Any, a_nic: Any, settings: Any
) -> None:
    machine = a_machine(disks=(a_disk(70_000), *(a_disk() for _ in range(65))), nics=(a_nic(),) * 33)
    assert readiness_issues(machine, settings()) == (
        Issue.DISKS_NOT_SUITABLE,
        Issue.MORE_DISKS_THAN_SUPPORTED,
        Issue.ADAPTERS_NOT_SUITABLE,
    )


def test_worst_finding_wins_and_all_are_listed(a_machine: Any, settings: Any) -> None:
    machine = a_machine("Other (32-bit)", boot_type=BootType.UNKNOWN)
    issues = readiness_issues(machine, settings())
    assert set(issues) == {Issue.BOOT_TYPE_UNKNOWN, Issue.OS_UNKNOWN, Issue.OS_ARCHITECTURE}
    assert RuleBook().worst(issues) is UNKNOWN
