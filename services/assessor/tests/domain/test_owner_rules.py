"""The owner's rules beside the built-in ones: added, overridden, switched off."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from assessor.domain.assess import Assessment
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import BootType
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.result import AssessedMachine


@pytest.fixture
def assess(settings: Any, catalogue: Any, a_machine: Any) -> Any:
    """Assess one machine under the given rules."""

    def run(rules: dict[str, Any], machine: Any = None, **changes: Any) -> AssessedMachine:
        owner = OwnerRules.model_validate(rules)
        return Assessment(settings(**changes), catalogue, owner).assess(machine or a_machine())

    return run


OLD_SQL = {
    "code": "OldDatabaseServer",
    "readiness": "NotSuitable",
    "text": "Database servers of this age stay",
    "fix": "Upgrade first.",
    "when": {"name_matches": "*SQL*", "os_product": "Windows Server", "os_version": "2012"},
}


def test_no_rules_change_nothing(an_assessment: Any, a_machine: Any, assess: Any) -> None:
    machine = a_machine(boot_type=BootType.UNKNOWN)
    assert assess({}, machine) == an_assessment().assess(machine)
    assert OwnerRules().content_hash is None


def test_issue_that_is_switched_off_is_not_found(assess: Any, a_machine: Any) -> None:
    machine = a_machine(boot_type=BootType.UNKNOWN)
    assert assess({}, machine).issues == (Issue.BOOT_TYPE_UNKNOWN,)
    result = assess({"issues": {"BootTypeUnknown": False}}, machine)
    assert (result.issues, result.readiness) == ((), Readiness.SUITABLE)


def test_overridden_issue_has_another_class_and_other_words(assess: Any, a_machine: Any) -> None:
    rules = {"issues": {"BootTypeUnknown": {"readiness": "NotSuitable", "fix": "Ask the platform team."}}}
    result = assess(rules, a_machine(boot_type=BootType.UNKNOWN))
    assert (result.readiness, result.recommended_size) == (Readiness.NOT_SUITABLE, None)


def test_refusing_unknown_limits_leaves_no_size(
    a_catalogue: Any, a_size: Any, settings: Any, a_machine: Any, a_nic: Any
) -> None:
    catalogue = a_catalogue((a_size(network_mbit_per_second=None), "0.2"))
    machine, given = a_machine(nics=(a_nic(10),)), settings(azure_disk_types=["Premium"])
    assert Assessment(given, catalogue).assess(machine).readiness is Readiness.SUITABLE
    strict = OwnerRules.model_validate({"issues": {"SizeLimitUnknown": {"readiness": "NotSuitable"}}})
    result = Assessment(given, catalogue, strict).assess(machine)
    assert (result.readiness, result.recommended_size) == (Readiness.NOT_SUITABLE, None)
    assert result.issues == (Issue.SIZE_LIMIT_UNKNOWN,)


def test_own_rule_finds_the_machines_that_meet_all_its_conditions(assess: Any, a_machine: Any) -> None:
    rules = {"rules": [OLD_SQL]}
    found = assess(rules, a_machine("Windows Server 2012 R2", name="prod-sql-01"))
    assert (found.readiness, found.issues) == (Readiness.NOT_SUITABLE, ("OldDatabaseServer",))
    assert assess(rules, a_machine("Windows Server 2012 R2", name="web-01")).issues == ()
    assert assess(rules, a_machine("Windows Server 2019", name="prod-sql-01")).issues == ()


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"cores_over": 3}, True),
        ({"cores_over": 4}, False),
        ({"memory_gib_over": 7.9}, True),
        ({"source": "vmware"}, True),
        ({"source": "hyperv"}, False),
        ({"boot_type": "bios"}, True),
        ({"os_family": "linux"}, True),
        ({"os_version": "22"}, True),
        ({"os_version": "2"}, False),
        ({"os_name_matches": "ubuntu*"}, True),
        ({"disks_over": 0}, True),
        ({"disk_gib_over": 64}, False),
        ({"nics_over": 0}, False),
        ({"cores_over": 3, "source": "hyperv"}, False),
    ],
)
def test_conditions(assess: Any, a_machine: Any, a_disk: Any, condition: Any, holds: bool) -> None:
    rule = OLD_SQL | {"readiness": "Suitable", "when": condition}
    result = assess({"rules": [rule]}, a_machine(disks=(a_disk(64, is_os_disk=True),)))
    assert ("OldDatabaseServer" in result.issues) is holds


@pytest.mark.parametrize(
    ("readiness", "issues"),
    [
        ("Suitable", ()),
        ("ConditionallySuitable", (Issue.OS_CONDITIONAL,)),
        ("NotSuitable", (Issue.OS_NOT_SUPPORTED,)),
    ],
)
def test_support_of_an_operating_system_is_the_owners(
    assess: Any, a_machine: Any, readiness: str, issues: tuple[Issue, ...]
) -> None:
    entry = {"product": "CentOS", "version": "7", "readiness": readiness}
    assert assess({"operating_systems": [entry]}, a_machine("CentOS 7.9")).issues == issues
    assert assess({"operating_systems": [entry]}, a_machine("CentOS 8.1")).issues == (Issue.LINUX_UNENDORSED,)


def test_first_entry_about_a_system_counts(assess: Any, a_machine: Any) -> None:
    entries = [
        {"product": "CentOS", "version": "7.9", "readiness": "Suitable"},
        {"product": "CentOS", "readiness": "NotSuitable"},
    ]
    assert assess({"operating_systems": entries}, a_machine("CentOS 7.9")).issues == ()
    assert assess({"operating_systems": entries}, a_machine("CentOS 7.4")).issues == (Issue.OS_NOT_SUPPORTED,)


def test_excluded_sizes_and_series_are_never_recommended(assess: Any) -> None:
    cheapest = assess({}).recommended_size
    without_it = assess({"sizes": {"exclude": [cheapest.name]}}).recommended_size
    assert without_it.name != cheapest.name
    without_series = assess({"sizes": {"exclude_series": [cheapest.series]}})
    assert without_series.recommended_size.series != cheapest.series
    assert assess({"sizes": {"exclude": ["*"]}}).issues == (Issue.NO_SIZE_IN_FAMILY,)


def test_largest_machine_is_as_documented_unless_the_owner_says_otherwise(
    assess: Any, a_machine: Any
) -> None:
    huge = a_machine(cores=112, cpu=100, memory_mib=262_144, memory=10, boot_type=BootType.UEFI)
    assert assess({}, huge).issues == (Issue.NO_SUITABLE_SIZE,)
    larger = assess({"limits": {"max_cores": 416}}, huge)
    assert larger.recommended_size.vcpus >= 112 * 1.3


def test_price_of_defender_makes_a_security_cost(assess: Any, a_machine: Any, a_disk: Any) -> None:
    machine = a_machine("Windows Server 2019", disks=(a_disk(64, is_os_disk=True),))
    unpriced = assess({}, machine)
    assert unpriced.monthly_security_cost is None
    assert DataIssue.NO_SECURITY_COST in unpriced.data_issues
    prices = {"prices": {"defender_usd_per_month": "14.60", "as_of": "2026-08-01"}}
    priced = assess(prices, machine)
    assert priced.monthly_security_cost == Decimal("14.60")
    assert priced.prices_as_of == min(unpriced.prices_as_of, date(2026, 8, 1))
    assert DataIssue.NO_SECURITY_COST not in priced.data_issues
    unprotected = assess(prices, machine, azure_security_offering_type="NO")
    assert unprotected.monthly_security_cost is None


def test_what_defender_does_not_support_costs_nothing_to_protect(
    assess: Any, a_machine: Any, a_disk: Any
) -> None:
    machine = a_machine("Windows Server 2003", disks=(a_disk(64, is_os_disk=True),))
    prices = {"prices": {"defender_usd_per_month": "14.60", "as_of": "2026-08-01"}}
    result = assess(prices, machine)
    assert (result.monthly_security_cost, result.security_readiness) == (0, Readiness.CONDITIONALLY_SUITABLE)
    unpriced = assess({}, machine)
    assert unpriced.monthly_security_cost is None
    assert DataIssue.NO_SECURITY_COST in unpriced.data_issues


def test_equal_rules_have_equal_hashes_and_survive_storing() -> None:
    rules = {"rules": [OLD_SQL], "issues": {"BootTypeUnknown": False}, "sizes": {"exclude": ["Standard_A*"]}}
    owner = OwnerRules.model_validate(rules)
    stored = OwnerRules.model_validate_json(owner.model_dump_json())
    assert stored == owner
    assert stored.content_hash == owner.content_hash is not None
    assert OwnerRules.model_validate(rules | {"version": 1}).content_hash == owner.content_hash


@pytest.mark.parametrize(
    "rules",
    [
        {"issues": {"NoSuitableVmSizeFound": False}},
        {"rules": [OLD_SQL, OLD_SQL]},
        {"rules": [OLD_SQL | {"code": "BootTypeUnknown"}]},
        {"rules": [OLD_SQL | {"when": {}}]},
        {"prices": {"defender_usd_per_month": "14.60"}},
        {"right_sizing": {"idle_cpu_percent": 101}},
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OwnerRules.model_validate(rules)
