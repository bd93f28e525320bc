"""Idle and oversized machines. Rules: Azure Advisor, "Reduce service costs" (2021-10-29)."""

from decimal import Decimal
from typing import Any

import pytest

from assessor.domain.assess import Assessment
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.right_sizing import RightSizing


@pytest.fixture
def assessment(an_assessment: Any) -> Any:
    return an_assessment(azure_vm_families=["Dsv5_series"], azure_disk_types=["Premium"])


def found(assessment: Assessment, machine: Any) -> RightSizing | None:
    return assessment.assess(machine).right_sizing


@pytest.mark.parametrize(
    ("cpu", "sent_mb_per_second", "is_idle"),
    [(2.9, 0.0, True), (3.0, 0.0, False), (2.9, 31.0, True), (2.9, 31.25, False), (None, 0.0, False)],
)
def test_idle_is_below_three_per_cent_cpu_and_two_per_cent_network(
    assessment: Assessment,
    a_machine: Any,
    a_nic: Any,
    cpu: float | None,
    sent_mb_per_second: float,
    is_idle: bool,
) -> None:
    # 2 % of the 12,500 Mbit/s of Standard_D2s_v5 are 31.25 MB/s.
    machine = a_machine(cpu=cpu, nics=(a_nic(sent_mb_per_second),))
    finding = found(assessment, machine)
    assert (finding is not None and finding.finding == "Idle") is is_idle


def test_unmeasured_network_is_not_idle(assessment: Assessment, a_machine: Any, a_nic: Any) -> None:
    finding = found(assessment, a_machine(cpu=1, memory=90, nics=(a_nic(None),)))
    assert finding is None or finding.finding == "Oversized"


def test_idle_machine_saves_its_whole_cost(assessment: Assessment, a_machine: Any) -> None:
    result = assessment.assess(a_machine(cpu=1))
    assert result.right_sizing is not None
    assert result.right_sizing.monthly_savings == result.monthly_compute_cost
    assert result.monthly_compute_cost == Decimal("83.95")


def test_oversized_machine_saves_the_difference_to_the_size_for_what_it_has(
    assessment: Assessment, a_machine: Any
) -> None:
    machine = a_machine(cpu=20, memory=20, cores=8, memory_mib=32_768)
    finding = found(assessment, machine)
    assert finding is not None
    assert (finding.finding, finding.size_as_allocated) == ("Oversized", "Standard_D8s_v5")
    # 8 vCPUs at 0.46 against 4 at 0.23 USD an hour, 730 hours.
    assert finding.monthly_savings == Decimal("0.23") * 730


def test_machine_that_uses_what_it_has_is_neither(assessment: Assessment, a_machine: Any) -> None:
    assert found(assessment, a_machine(cpu=60, memory=60)) is None


def test_size_that_is_no_cheaper_saves_nothing(assessment: Assessment, a_machine: Any) -> None:
    assert found(assessment, a_machine(cpu=30, memory=30, cores=2, memory_mib=8_192)) is None


def test_as_is_assessment_finds_nothing(an_assessment: Any, a_machine: Any) -> None:
    as_is = an_assessment(sizing_criterion="AsOnPremises", azure_vm_families=["Dsv5_series"])
    assert found(as_is, a_machine(cpu=1, memory=1)) is None


def test_thresholds_are_the_owners(assessment: Assessment, a_machine: Any) -> None:
    lenient = OwnerRules.model_validate({"right_sizing": {"idle_cpu_percent": 10}})
    own = Assessment(assessment.settings, assessment.catalogue, lenient)
    machine = a_machine(cpu=5, memory=90)
    findings = [finding and finding.finding for finding in (found(assessment, machine), found(own, machine))]
    assert findings == [None, "Idle"]
