"""The cheapest size that fits, how ties break, and which filter is named when none fits."""

from dataclasses import replace
from typing import Any

import pytest

from assessor.domain.assess import Assessment
from assessor.domain.issues import Issue, Readiness
from assessor.domain.machine import BootType
from assessor.domain.result import AssessedMachine


@pytest.fixture
def assess(settings: Any, a_catalogue: Any, a_machine: Any) -> Any:
    """Assess one machine on a small catalogue; factor 1.0 and Premium disks unless said otherwise."""

    def run(sizes: list[Any], machine: Any = None, **changes: Any) -> AssessedMachine:
        given = {"scaling_factor": 1.0, "azure_disk_types": ["Premium"]} | changes
        assessment = Assessment(settings(**given), a_catalogue(*sizes))
        return assessment.assess(machine or a_machine())

    return run


def recommended(result: AssessedMachine) -> str | None:
    return result.recommended_size.name if result.recommended_size else None


def test_cheapest_fitting_size_wins(assess: Any, a_size: Any) -> None:
    sizes = [
        (a_size("Standard_Small", vcpus=1), "0.01"),
        (a_size("Standard_Dear"), "0.30"),
        (a_size("Standard_Fair", vcpus=8, memory_gib=64), "0.20"),
    ]
    assert recommended(assess(sizes)) == "Standard_Fair"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"name": "Standard_E4s", "vcpus": 8}, {"name": "Standard_E8-4s", "vcpus": 4}),
        ({"name": "Standard_Z", "vcpus": 4}, {"name": "Standard_A", "vcpus": 8}),
        ({"name": "Standard_Z", "memory_gib": 16}, {"name": "Standard_A", "memory_gib": 32}),
        ({"name": "Standard_A"}, {"name": "Standard_Z"}),
    ],
    ids=["full before constrained", "fewer vCPUs", "less memory", "name"],
)
def test_equal_cost_is_decided_in_order(
    first: dict[str, Any], second: dict[str, Any], assess: Any, a_size: Any
) -> None:
    sizes = [(a_size(**second), "0.1"), (a_size(**first), "0.1")]
    assert recommended(assess(sizes)) == first["name"]


def test_need_equal_to_the_limit_fits(assess: Any, a_size: Any, a_machine: Any) -> None:
    machine = a_machine(cores=4, cpu=100, memory=100, memory_mib=16_384)
    assert recommended(assess([(a_size(), "0.1")], machine)) == "Standard_D4s_v5"


def test_premium_disk_needs_a_size_with_premium_storage(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any
) -> None:
    sizes = [(a_size("Standard_D4_v5", premium_io=False), "0.1"), (a_size(), "0.2")]
    machine = a_machine(disks=(a_disk(),))
    assert recommended(assess(sizes, machine)) == "Standard_D4s_v5"
    assert recommended(assess(sizes, machine, azure_disk_types=["Standard"])) == "Standard_D4_v5"


@pytest.mark.parametrize(
    ("boot_type", "name"),
    [
        (BootType.BIOS, "Standard_Gen1"),
        (BootType.UEFI, "Standard_Gen2"),
        (BootType.UNKNOWN, "Standard_Gen2"),
    ],
)
def test_firmware_needs_its_generation(
    boot_type: BootType, name: str, assess: Any, a_size: Any, a_machine: Any
) -> None:
    sizes = [
        (a_size("Standard_Gen1", boots_uefi=False), "0.2"),
        (a_size("Standard_Gen2", boots_bios=False), "0.1"),
    ]
    assert recommended(assess(sizes, a_machine(boot_type=boot_type))) == name


def test_limits_of_all_disks_together_are_tested(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any
) -> None:
    sizes = [(a_size(uncached_iops=999), "0.1"), (a_size("Standard_Quick", uncached_iops=1_000), "0.2")]
    machine = a_machine(disks=(a_disk(1_024, 500), a_disk(1_024, 300, 200)))
    assert recommended(assess(sizes, machine)) == "Standard_Quick"


def test_ultra_disks_are_tested_against_their_own_limits(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any
) -> None:
    sizes = [(a_size(uncached_iops=100, v2_ultra_iops=5_000), "0.1")]
    machine = a_machine(disks=(a_disk(64, 4_000),))
    assert recommended(assess(sizes, machine, azure_disk_types=["Ultra"])) == "Standard_D4s_v5"
    assert assess(sizes, machine).issues == (Issue.NO_SIZE_FOR_STORAGE,)


def test_size_with_unknown_limit_is_second_choice(
    assess: Any, a_size: Any, a_machine: Any, a_nic: Any
) -> None:
    unknown = (a_size("Standard_Unknown", network_mbit_per_second=None), "0.1")
    known = (a_size("Standard_Known"), "0.2")
    machine = a_machine(nics=(a_nic(10),))
    assert recommended(assess([unknown, known], machine)) == "Standard_Known"
    only_unknown = assess([unknown], machine)
    assert recommended(only_unknown) == "Standard_Unknown"
    assert only_unknown.issues == (Issue.SIZE_LIMIT_UNKNOWN,)
    assert only_unknown.unknown_limits == ("network_mbit_per_second",)
    assert only_unknown.readiness is Readiness.SUITABLE


def test_unknown_limit_that_nobody_uses_does_not_matter(assess: Any, a_size: Any, a_machine: Any) -> None:
    sizes = [(a_size("Standard_Unknown", network_mbit_per_second=None), "0.1"), (a_size(), "0.2")]
    result = assess(sizes, a_machine())
    assert (recommended(result), result.issues) == ("Standard_Unknown", ())


def test_as_is_tests_counts_and_premium_storage_but_no_performance(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any, a_nic: Any
) -> None:
    machine = a_machine(disks=(a_disk(64, 1e5), a_disk()), nics=(a_nic(1e5), a_nic()))
    as_is = {"sizing_criterion": "AsOnPremises"}
    weak = (a_size("Standard_Weak", uncached_iops=1, network_mbit_per_second=1), "0.1")
    assert recommended(assess([weak], machine, **as_is)) == "Standard_Weak"
    for lacking in ({"max_nics": 1}, {"max_data_disks": 1}, {"premium_io": False}):
        result = assess([(a_size(**lacking), "0.1")], machine, **as_is)
        assert result.issues == (Issue.NO_SUITABLE_SIZE,)


def test_os_disk_does_not_count_against_the_data_disks(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any
) -> None:
    machine = a_machine(disks=(a_disk(is_os_disk=True), a_disk()))
    assert recommended(assess([(a_size(max_data_disks=1), "0.1")], machine)) == "Standard_D4s_v5"


@pytest.mark.parametrize(
    ("size", "changes", "issue"),
    [
        ({}, {"azure_location": "swedensouth"}, Issue.NO_SIZE_IN_LOCATION),
        ({"name": "Standard_B4ms", "series": "Bms"}, {}, Issue.NO_SIZE_IN_FAMILY),
        ({"cpu_architecture": "Arm64"}, {}, Issue.NO_SIZE_IN_FAMILY),
        ({"memory_gib": None}, {}, Issue.NO_SIZE_IN_FAMILY),
        ({"name": "Standard_D4_v2_Promo"}, {}, Issue.NO_SIZE_IN_FAMILY),
        ({"name": "Basic_A4", "series": "A"}, {}, Issue.NO_SIZE_FOR_STANDARD_TIER),
        ({}, {"azure_pricing_tier": "Basic"}, Issue.NO_SIZE_FOR_BASIC_TIER),
        ({"vcpus": 1}, {}, Issue.NO_SUITABLE_SIZE),
        ({"max_data_disks": 0}, {}, Issue.NO_SUITABLE_SIZE),
        ({"uncached_mb_per_second": 9}, {}, Issue.NO_SIZE_FOR_STORAGE),
        ({"max_nics": 0}, {}, Issue.NO_SUITABLE_SIZE),
        ({"network_mbit_per_second": 79}, {}, Issue.NO_SIZE_FOR_NETWORK),
    ],
)
def test_first_filter_that_leaves_nothing_is_named(
    size: dict[str, Any],
    changes: dict[str, Any],
    issue: Issue,
    assess: Any,
    a_size: Any,
    a_machine: Any,
    a_disk: Any,
    a_nic: Any,
) -> None:
    no_disks = issue is Issue.NO_SIZE_IN_LOCATION
    disks = () if no_disks else (a_disk(64, 10, 0, 10, 0),)
    result = assess([(a_size(**size), "0.1")], a_machine(disks=disks, nics=(a_nic(10),)), **changes)
    assert result.issues == (issue,)
    assert result.readiness is Readiness.NOT_SUITABLE
    assert result.monthly_compute_cost is None


@pytest.mark.parametrize(
    "changes",
    [
        {"azure_offer_code": "MSAZR0023P"},
        {"azure_offer_code": "EA"},
        {"environment_type": "DevTest"},
        {"ea_subscription_id": "0"},
        {"savings_options": "RI3Year"},
    ],
)
def test_offer_without_prices_finds_no_size(changes: dict[str, Any], assess: Any, a_size: Any) -> None:
    assert assess([(a_size(), "0.1")], **changes).issues == (Issue.NO_SIZE_WITH_PRICE,)


def test_size_without_price_is_no_candidate(assess: Any, a_size: Any) -> None:
    sizes = [(a_size("Standard_A"), None), (a_size("Standard_B", series="Dsv5"), "9")]
    assert recommended(assess(sizes)) == "Standard_B"


def test_explanation_names_the_binding_dimension_and_the_neighbours(
    assess: Any, a_size: Any, a_machine: Any
) -> None:
    sizes = [
        (a_size("Standard_D2s_v5", vcpus=2, memory_gib=8), "0.1"),
        (a_size("Standard_D4s_v5"), "0.2"),
        (a_size("Standard_D8s_v5", vcpus=8, memory_gib=32), "0.4"),
    ]
    explanation = assess(sizes, a_machine(memory=150, cpu=25)).explanation
    assert explanation is not None
    assert explanation.binding == "memory_gib"
    assert explanation.next_smaller is not None
    assert explanation.next_larger is not None
    assert (explanation.next_smaller.size.name, explanation.next_smaller.too_small_in) == (
        "Standard_D2s_v5",
        ("memory_gib",),
    )
    assert (explanation.next_larger.size.name, explanation.next_larger.too_small_in) == (
        "Standard_D8s_v5",
        (),
    )


def test_machine_that_is_not_ready_is_neither_sized_nor_priced(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any
) -> None:
    machine = replace(a_machine("Windows Server 2008"), boot_type=BootType.UEFI, disks=(a_disk(),))
    result = assess([(a_size(), "0.1")], machine)
    assert (result.readiness, result.issues) == (Readiness.NOT_SUITABLE, (Issue.BOOT_TYPE_NOT_SUPPORTED,))
    assert (result.recommended_size, result.monthly_storage_cost) == (None, None)
    assert result.disks[0].readiness is Readiness.UNKNOWN


def test_one_unsuitable_disk_makes_the_machine_unsuitable(
    assess: Any, a_size: Any, a_machine: Any, a_disk: Any
) -> None:
    result = assess([(a_size(), "0.1")], a_machine(disks=(a_disk(), a_disk(64, 1e6))))
    assert result.issues == (Issue.DISKS_NOT_SUITABLE,)
    assert [disk.readiness for disk in result.disks] == [Readiness.SUITABLE, Readiness.NOT_SUITABLE]
    assert result.disks[1].issues == (Issue.DISK_IOPS,)
    assert result.monthly_storage_cost is None


def test_neighbour_that_cannot_start_the_machine_says_so(assess: Any, a_size: Any, a_machine: Any) -> None:
    small = a_size("Standard_D2s_v5", vcpus=2, memory_gib=8, boots_bios=False)
    explanation = assess([(small, "0.1"), (a_size(), "0.2")], a_machine(cpu=20, memory=20)).explanation
    assert explanation.next_smaller.size.name == "Standard_D2s_v5"
    assert (explanation.next_smaller.too_small_in, explanation.next_smaller.refusal) == (
        (),
        "does not start from BIOS",
    )


def test_neighbour_with_an_unknown_limit_names_it(
    assess: Any, a_size: Any, a_machine: Any, a_nic: Any
) -> None:
    small = a_size("Standard_D2s_v5", vcpus=2, memory_gib=8, network_mbit_per_second=None)
    machine = a_machine(cpu=20, memory=20, nics=(a_nic(10),))
    explanation = assess([(small, "0.1"), (a_size(), "0.2")], machine).explanation
    assert explanation.next_smaller.unknown_in == ("network_mbit_per_second",)
