"""Other series, savings options and zone redundancy beside a recommendation that none of them changes."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assessor.domain.alternatives import SavingsAlternative
from assessor.domain.assess import Assessment
from assessor.domain.catalogue import Catalogue, Licence, Price, Term
from assessor.domain.issues import DataIssue, Issue
from surveyor_schemas.assessments.choices import HybridBenefit, SavingsOption

DSV5 = {"azure_vm_families": ["Dsv5_series"], "azure_disk_types": ["Premium"], "scaling_factor": 1.0}


def option(result: Any, wanted: SavingsOption) -> SavingsAlternative:
    rows: list[SavingsAlternative] = result.alternatives.savings_options
    (row,) = [row for row in rows if row.option is wanted]
    return row


def test_other_series_come_cheapest_first_each_once(an_assessment: Any, a_machine: Any) -> None:
    result = an_assessment(scaling_factor=1.0).assess(a_machine())
    sizes = result.alternatives.sizes
    costs = [other.monthly_compute_cost for other in sizes]
    assert costs == sorted(costs)
    assert len({other.size.series for other in sizes}) == len(sizes) == 8
    assert result.recommended_size.series not in {other.size.series for other in sizes}
    assert min(costs) >= result.monthly_compute_cost


def test_alternatives_stay_within_what_the_settings_allow(an_assessment: Any, a_machine: Any) -> None:
    assert an_assessment(**DSV5).assess(a_machine()).alternatives.sizes == ()


@pytest.mark.parametrize(
    ("wanted", "monthly"),
    [
        # Standard_D2s_v5 in West Europe, Linux: 0.115 pay-as-you-go x 730; committed rates x 744.
        (SavingsOption.NONE, "83.95"),
        (SavingsOption.RI_1_YEAR, "52.83"),
        (SavingsOption.SAVINGS_PLAN_1_YEAR, "65.03"),
    ],
)
def test_listed_prices_are_no_estimates(
    an_assessment: Any, a_machine: Any, wanted: SavingsOption, monthly: str
) -> None:
    row = option(an_assessment(**DSV5).assess(a_machine()), wanted)
    assert row.estimated_from is None
    assert row.monthly_compute_cost is not None
    assert row.monthly_compute_cost.quantize(Decimal("0.01")) == Decimal(monthly)


def test_missing_price_is_estimated_from_the_series_and_marked(
    a_catalogue: Any, a_size: Any, settings: Any, a_machine: Any
) -> None:
    ratios = {("Dsv5", "westeurope", Term.SAVINGS_PLAN_3_YEARS): Decimal("0.5")}
    catalogue = replace(a_catalogue((a_size(), "0.2")), reservation_ratios=ratios)
    result = Assessment(settings(**DSV5), catalogue).assess(a_machine())
    row = option(result, SavingsOption.SAVINGS_PLAN_3_YEAR)
    assert row.monthly_compute_cost == Decimal("0.1") * 744
    assert row.estimated_from == "median ratio of Dsv5 in westeurope"
    unknown = SavingsAlternative(SavingsOption.RI_1_YEAR, None, None)
    assert option(result, SavingsOption.RI_1_YEAR) == unknown


def test_series_without_a_ratio_here_takes_the_one_of_other_regions(
    a_catalogue: Any, a_size: Any, settings: Any, a_machine: Any
) -> None:
    ratios = {
        ("Dsv5", region, Term.RESERVED_1_YEAR): Decimal(ratio)
        for region, ratio in [("eastus", "0.6"), ("uksouth", "0.7"), ("japaneast", "0.9")]
    }
    catalogue = replace(a_catalogue((a_size(), "0.2")), reservation_ratios=ratios)
    row = option(Assessment(settings(**DSV5), catalogue).assess(a_machine()), SavingsOption.RI_1_YEAR)
    assert row.monthly_compute_cost == Decimal("0.14") * 744
    assert row.estimated_from == "median ratio of Dsv5 in other regions"


def test_estimate_for_windows_keeps_the_whole_licence(
    a_catalogue: Any, a_size: Any, settings: Any, a_machine: Any
) -> None:
    ratios = {("Dsv5", "westeurope", Term.RESERVED_1_YEAR): Decimal("0.5")}
    catalogue: Catalogue = a_catalogue((a_size(), "0.2"))
    linux = catalogue.vm_prices["westeurope", Licence.LINUX, Term.PAY_AS_YOU_GO]
    windows = {name: Price(Decimal("0.38"), price.as_of) for name, price in linux.items()}
    key = ("westeurope", Licence.WINDOWS, Term.PAY_AS_YOU_GO)
    catalogue = replace(catalogue, vm_prices={**catalogue.vm_prices, key: windows}, reservation_ratios=ratios)
    paying = Assessment(settings(**DSV5, azure_hybrid_use_benefit="No"), catalogue)
    row = option(paying.assess(a_machine("Windows Server 2019")), SavingsOption.RI_1_YEAR)
    assert row.monthly_compute_cost == (Decimal("0.1") + Decimal("0.18")) * 744


def test_windows_machine_is_priced_with_and_without_hybrid_benefit(
    an_assessment: Any, a_machine: Any
) -> None:
    """Standard_D2s_v5 in West Europe: 0.115 an hour, 0.207 with Windows, 0.0874 under a savings plan."""
    brought = an_assessment(**DSV5).assess(a_machine("Windows Server 2019")).alternatives
    paid = an_assessment(**DSV5, azure_hybrid_use_benefit="No").assess(a_machine("Windows Server 2019"))
    assert brought.other_licence.hybrid_benefit is HybridBenefit.NO
    assert brought.other_licence.savings_options == paid.alternatives.savings_options
    assert paid.alternatives.other_licence.hybrid_benefit is HybridBenefit.YES
    assert paid.alternatives.other_licence.savings_options == brought.savings_options
    costs = {row.option: row.monthly_compute_cost for row in brought.other_licence.savings_options}
    assert costs[SavingsOption.NONE] == Decimal("0.207") * 730
    assert costs[SavingsOption.SAVINGS_PLAN_1_YEAR] == (Decimal("0.0874") + Decimal("0.092")) * 744


def test_linux_machine_has_no_other_licence(an_assessment: Any, a_machine: Any) -> None:
    assert an_assessment(**DSV5).assess(a_machine()).alternatives.other_licence is None


def test_windows_price_that_no_list_gives_is_estimated_beside_the_result_only(
    a_catalogue: Any, a_size: Any, settings: Any, a_machine: Any
) -> None:
    ratios = {("Dsv5", "westeurope", Term.RESERVED_1_YEAR): Decimal("0.5")}
    surcharges = {"Standard_D4s_v5": Decimal("0.18")}
    catalogue = replace(
        a_catalogue((a_size(), "0.2")), reservation_ratios=ratios, windows_surcharges=surcharges
    )
    windows = a_machine("Windows Server 2019")
    result: Any = Assessment(settings(**DSV5), catalogue).assess(windows)
    rows = {row.option: row for row in result.alternatives.other_licence.savings_options}
    assert rows[SavingsOption.NONE] == SavingsAlternative(
        SavingsOption.NONE,
        (Decimal("0.2") + Decimal("0.18")) * 730,
        "median Windows surcharge of Standard_D4s_v5 in other regions",
    )
    reserved = rows[SavingsOption.RI_1_YEAR]
    assert reserved.monthly_compute_cost == (Decimal("0.1") + Decimal("0.18")) * 744
    assert reserved.estimated_from == (
        "median ratio of Dsv5 in westeurope and median Windows surcharge of Standard_D4s_v5 in other regions"
    )
    assert result.monthly_windows_licence_saved is None
    paying = Assessment(settings(**DSV5, azure_hybrid_use_benefit="No"), catalogue).assess(windows)
    assert paying.issues == (Issue.NO_SIZE_WITH_PRICE,)


def test_no_estimate_ever_chooses_a_size(
    a_catalogue: Any, a_size: Any, settings: Any, a_machine: Any
) -> None:
    ratios = {("Dsv5", "westeurope", Term.RESERVED_1_YEAR): Decimal("0.01")}
    catalogue = replace(a_catalogue((a_size(), "0.2")), reservation_ratios=ratios)
    result = Assessment(settings(**DSV5, savings_options="RI1Year"), catalogue).assess(a_machine())
    assert result.recommended_size is None
    assert result.issues == (Issue.NO_SIZE_WITH_PRICE,)


def test_pay_as_you_go_beside_a_commitment_has_no_discount_and_all_hours(
    an_assessment: Any, a_machine: Any
) -> None:
    committed = an_assessment(**DSV5, savings_options="RI1Year").assess(a_machine())
    assert option(committed, SavingsOption.RI_1_YEAR).monthly_compute_cost == committed.monthly_compute_cost
    assert option(committed, SavingsOption.NONE).monthly_compute_cost == Decimal("0.115") * 730


def test_discount_and_uptime_stay_with_pay_as_you_go(an_assessment: Any, a_machine: Any) -> None:
    uptime = {"days_per_month": 10, "hours_per_day": 10}
    result = an_assessment(**DSV5, discount_percentage=50, vm_uptime=uptime).assess(a_machine())
    assert option(result, SavingsOption.NONE).monthly_compute_cost == Decimal("0.115") * 100 / 2
    in_full = an_assessment(**DSV5).assess(a_machine())
    for committed in (SavingsOption.RI_1_YEAR, SavingsOption.SAVINGS_PLAN_1_YEAR):
        assert option(result, committed) == option(in_full, committed)


def test_zone_redundant_disks_are_priced_beside_locally_redundant_ones(
    an_assessment: Any, a_machine: Any, a_disk: Any
) -> None:
    machine = a_machine(disks=(a_disk(100, is_os_disk=True), a_disk(500)))
    local, zonal = (
        an_assessment(**DSV5, azure_storage_redundancy=redundancy).assess(machine)
        for redundancy in ("LocallyRedundant", "ZoneRedundant")
    )
    assert local.alternatives.zone_redundant_storage.monthly_storage_cost == zonal.monthly_storage_cost
    assert zonal.monthly_storage_cost > local.monthly_storage_cost
    assert zonal.alternatives.zone_redundant_storage is None


def test_disk_without_zone_redundancy_is_named(an_assessment: Any, a_machine: Any, a_disk: Any) -> None:
    machine = a_machine(disks=(a_disk(100, is_os_disk=True),))
    on_hdd = an_assessment(**DSV5 | {"azure_disk_types": ["Standard"]}).assess(machine)
    storage = on_hdd.alternatives.zone_redundant_storage
    assert (storage.monthly_storage_cost, storage.issue) == (None, Issue.DISK_NOT_FOR_REDUNDANCY)
    unread = a_machine(disks=(a_disk(None, is_os_disk=True),))
    storage = an_assessment(**DSV5).assess(unread).alternatives.zone_redundant_storage
    assert storage.issue == DataIssue.DISK_SIZE_MISSING


def test_machine_without_a_size_has_no_alternatives(an_assessment: Any, a_machine: Any) -> None:
    assert an_assessment().assess(a_machine(cores=200, cpu=100)).alternatives is None
