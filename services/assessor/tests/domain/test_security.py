"""Readiness for Microsoft Defender for Servers."""

from typing import Any

import pytest

from assessor.domain.issues import Readiness
from assessor.domain.security import security_readiness

READY, CONDITIONAL = Readiness.SUITABLE, Readiness.CONDITIONALLY_SUITABLE


# Source: Azure Migrate, "Azure VM assessments" (2025-02-06), security readiness.
@pytest.mark.parametrize(
    ("os_name", "readiness"),
    [
        ("Windows Server 2008 R2", READY),
        ("Windows Server 2022", READY),
        ("Windows Server 2012", CONDITIONAL),
        ("Windows 10", CONDITIONAL),
        ("RHEL 7.1", CONDITIONAL),
        ("RHEL 7.2", READY),
        ("RHEL 8.0", READY),
        ("RHEL 6.10", CONDITIONAL),
        ("Ubuntu 18.04", READY),
        ("Ubuntu 24.04", CONDITIONAL),
        ("SLES 15 SP5", READY),
        ("Debian 11", READY),
        ("Debian 12", CONDITIONAL),
        ("Oracle Linux 7.9", READY),
        ("Amazon Linux 2", READY),
        ("FreeBSD 13.2", CONDITIONAL),
        (None, CONDITIONAL),
    ],
)
def test_listed_systems_are_ready(
    os_name: str | None, readiness: Readiness, a_machine: Any, a_disk: Any, a_size: Any
) -> None:
    machine = a_machine(os_name, disks=(a_disk(),))
    assert security_readiness(machine, a_size(), READY) is readiness


@pytest.mark.parametrize(("vcpus", "memory_gib", "disk_gib"), [(1, 4, 64), (2, 0.5, 64), (2, 4, 1)])
def test_below_the_minimum_is_a_condition(
    vcpus: int, memory_gib: float, disk_gib: float, a_machine: Any, a_disk: Any, a_size: Any
) -> None:
    machine = a_machine("Windows Server 2022", disks=(a_disk(disk_gib),))
    size = a_size(vcpus=vcpus, memory_gib=memory_gib)
    assert security_readiness(machine, size, READY) is CONDITIONAL


def test_not_ready_for_azure_is_not_ready_here(a_machine: Any) -> None:
    assert security_readiness(a_machine(), None, Readiness.NOT_SUITABLE) is Readiness.NOT_SUITABLE


def test_left_out_when_the_settings_say_so(an_assessment: Any, a_machine: Any) -> None:
    result = an_assessment(azure_security_offering_type="NO").assess(a_machine())
    assert result.security_readiness is None
