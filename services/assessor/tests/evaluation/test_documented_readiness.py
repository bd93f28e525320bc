"""Readiness as documented, at, above and below each limit.

Source: Azure Migrate, "Azure VM assessments" (2025-02-06), merged with "Azure VM assessment" (2024-06-24);
missing firmware: "Common questions: assessments" (2023-06-06).
"""

from typing import Any

import pytest

READY, CONDITIONAL, UNKNOWN, NOT_READY = (
    "Suitable",
    "ConditionallySuitable",
    "ReadinessUnknown",
    "NotSuitable",
)
PAST_SUPPORT = "WindowsServerVersionConditionallySupported"
WORD_SIZE = "GuestOperatingSystemArchitectureNotSupported"
UNMEASURED: dict[str, Any] = {"cpu_percent": None, "memory_percent": None}
AS_IS = {"sizing_criterion": "AsOnPremises"}
GIB = 1_024


def os(name: str | None, **more: Any) -> dict[str, Any]:
    return {"os_name": name, **more}


def uefi(name: str) -> dict[str, Any]:
    return os(name, boot_type="UEFI")


def busy(cores: int, percent: float = 100) -> dict[str, Any]:
    return {"cores": cores, "cpu_percent": percent}


def disks(count: int) -> dict[str, Any]:
    return {"disks": [{"size_gib": 64} for _ in range(count)]}


def nics(count: int) -> dict[str, Any]:
    return {"nics": [{} for _ in range(count)]}


BOOT_TYPES: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, READY, []),
    (uefi("Windows Server 2003"), NOT_READY, ["BootTypeNotSupported", PAST_SUPPORT]),
    (uefi("Windows Server 2003 R2"), NOT_READY, ["BootTypeNotSupported", PAST_SUPPORT]),
    (uefi("Windows Server 2008"), NOT_READY, ["BootTypeNotSupported"]),
    (uefi("Microsoft Windows Server 2008 R2 (64-bit)"), NOT_READY, ["BootTypeNotSupported"]),
    (os("Windows Server 2008", os_architecture="x86", boot_type="efi"), NOT_READY, ["BootTypeNotSupported"]),
    (uefi("Windows Server 2012"), READY, []),
    (uefi("Windows Server 2022"), READY, []),
    (uefi("Ubuntu 22.04"), READY, []),
    (uefi("Windows 7"), CONDITIONAL, ["WindowsClientVersionsConditionallySupported"]),
    ({"boot_type": None}, CONDITIONAL, ["BootTypeUnknown"]),
    ({"boot_type": None, "source": "hyperv"}, CONDITIONAL, ["BootTypeUnknown"]),
    ({"boot_type": None, "source": "import"}, READY, []),
    (os("Windows Server 2008 R2", boot_type=None), CONDITIONAL, ["BootTypeUnknown"]),
    (os(None, boot_type=None), UNKNOWN, ["BootTypeUnknown", "GuestOperatingSystemUnknown"]),
]
WORD_SIZES: list[tuple[dict[str, Any], str, list[str]]] = [
    (os("Windows Server 2012", os_architecture="x86"), CONDITIONAL, [WORD_SIZE]),
    (os("Windows Server 2008", os_architecture="x86"), READY, []),
    (os("Windows Server 2008 R2", os_architecture="32-bit"), CONDITIONAL, [WORD_SIZE]),
    (os("Ubuntu 22.04", os_architecture="32-bit"), CONDITIONAL, [WORD_SIZE]),
    (os("Ubuntu 22.04", os_architecture="x64"), READY, []),
    (os("Ubuntu 22.04", os_architecture="Unknown"), READY, []),
]
LIMITS: list[tuple[dict[str, Any], dict[str, Any], str, list[str]]] = [
    (busy(128), {}, READY, []),
    (busy(129), {}, NOT_READY, ["NoSuitableVmSizeFound"]),
    (busy(256, 50), {}, READY, []),
    (busy(256, 50.001), {}, NOT_READY, ["NoSuitableVmSizeFound"]),
    ({"cores": 128}, AS_IS, READY, []),
    ({"cores": 129}, AS_IS, NOT_READY, ["NoSuitableVmSizeFound"]),
    # The factor counts here even where it does not count for the size.
    (UNMEASURED | {"cores": 98}, {"scaling_factor": 1.3}, READY, []),
    (UNMEASURED | {"cores": 99}, {"scaling_factor": 1.3}, NOT_READY, ["NoSuitableVmSizeFound"]),
    ({"memory_mib": 3_892 * GIB, "memory_percent": 100}, {}, READY, []),
    ({"memory_mib": 3_893 * GIB, "memory_percent": 100}, {}, NOT_READY, ["NoSuitableVmSizeFound"]),
    ({"memory_mib": 5_000 * GIB, "memory_percent": 10}, {}, READY, []),
    (UNMEASURED | {"memory_mib": 2_990 * GIB}, {"scaling_factor": 1.3}, READY, []),
    (UNMEASURED | {"memory_mib": 3_000 * GIB}, {"scaling_factor": 1.3}, NOT_READY, ["NoSuitableVmSizeFound"]),
    (disks(65), {}, READY, []),
    (disks(66), {}, NOT_READY, ["MoreDisksThanSupported"]),
    (
        {"disks": [{"size_gib": 64}, {"size_gib": 65_536}]},
        {"azure_disk_types": ["Premium", "Ultra"]},
        READY,
        [],
    ),
    ({"disks": [{"size_gib": 64}, {"size_gib": 65_537}]}, {}, NOT_READY, ["OneOrMoreDisksNotSuitable"]),
    (nics(8), {}, READY, []),
    (nics(32), {}, NOT_READY, ["NoSuitableVmSizeFound"]),
    (nics(33), {}, NOT_READY, ["OneOrMoreAdaptersNotSuitable"]),
]
DEFENDER = [
    ("Windows Server 2008 R2", READY),
    ("Windows Server 2008", CONDITIONAL),
    ("Windows Server 2012", CONDITIONAL),
    ("Windows Server 2012 R2", READY),
    ("Windows Server 2022", READY),
    ("Windows 10", CONDITIONAL),
    ("Red Hat Enterprise Linux 7.1", CONDITIONAL),
    ("Red Hat Enterprise Linux 7.2", READY),
    ("Red Hat Enterprise Linux 9.3", READY),
    ("Ubuntu 14.04", CONDITIONAL),
    ("Ubuntu 16.04", READY),
    ("Ubuntu 20.04.6", READY),
    ("SUSE Linux Enterprise Server 11 SP4", CONDITIONAL),
    ("SUSE Linux Enterprise Server 12 SP5", READY),
    ("SUSE Linux Enterprise Server 15 SP3", READY),
    ("Debian GNU/Linux 8.1", CONDITIONAL),
    ("Debian GNU/Linux 9.13", READY),
    ("Oracle Linux 7.1", CONDITIONAL),
    ("Oracle Linux 7.2", READY),
    ("Oracle Linux 8.4", READY),
    ("Amazon Linux 2", READY),
    ("FreeBSD 13", CONDITIONAL),
]


@pytest.mark.parametrize(("machine", "readiness", "issues"), BOOT_TYPES)
def test_boot_type(machine: dict[str, Any], readiness: str, issues: list[str], outcome: Any) -> None:
    result = outcome(machine)
    assert (result["readiness"], result["issues"]) == (readiness, issues)
    assert (result["recommended_size"] is None) is (readiness == NOT_READY)


@pytest.mark.parametrize(("machine", "readiness", "issues"), WORD_SIZES)
def test_word_size(machine: dict[str, Any], readiness: str, issues: list[str], outcome: Any) -> None:
    result = outcome(machine)
    assert (result["readiness"], result["issues"]) == (readiness, issues)


@pytest.mark.parametrize(("machine", "settings", "readiness", "issues"), LIMITS)
def test_limit(
    machine: dict[str, Any], settings: dict[str, Any], readiness: str, issues: list[str], outcome: Any
) -> None:
    result = outcome(machine, **({"scaling_factor": 1.0} | settings))
    assert (result["readiness"], result["issues"]) == (readiness, issues)
    if readiness == NOT_READY:
        assert (result["recommended_size"], result["monthly_compute_cost"]) == (None, None)


@pytest.mark.parametrize(("name", "readiness"), DEFENDER)
def test_security_readiness(name: str, readiness: str, outcome: Any) -> None:
    result = outcome({"os_name": name, "disks": [{"size_gib": 64}]})
    assert result["security_readiness"] == readiness
    assert result["monthly_security_cost"] is None
    assert "CannotReportSecurityCost" in result["data_issues"]


@pytest.mark.parametrize(
    ("machine", "settings", "readiness"),
    [
        ({"disks": [{"size_gib": 2}]}, {}, READY),
        ({"disks": [{"size_gib": 1}, {"size_gib": 1}]}, {}, READY),
        ({"disks": [{"size_gib": 1}]}, {}, CONDITIONAL),
        ({"disks": []}, {}, CONDITIONAL),
        (busy(1, 10) | {"memory_mib": 1_024} | disks(1), {"azure_vm_families": ["Av2_series"]}, CONDITIONAL),
        (busy(129) | disks(1), {}, NOT_READY),
        (disks(1), {"azure_security_offering_type": "NO"}, None),
    ],
)
def test_security_minimum(
    machine: dict[str, Any], settings: dict[str, Any], readiness: str | None, outcome: Any
) -> None:
    assert outcome(machine, **({"scaling_factor": 1.0} | settings))["security_readiness"] == readiness
