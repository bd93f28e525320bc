"""Monthly cost, to the last decimal."""

from decimal import Decimal
from typing import Any

import pytest

from assessor.domain.catalogue import Catalogue, Licence, Term
from assessor.domain.check_settings import SettingsRefused
from assessor.domain.cost import decimal_text, total
from assessor.domain.issues import DataIssue

D4S_V5 = {"azure_vm_families": ["Dsv5_series"], "scaling_factor": 1.0}

# Source: the prices of the packaged catalogue, West Europe, USD.
WORKED_EXAMPLES = [
    ({}, "167.90"),
    ({"savings_options": "SavingsPlan1Year"}, "130.0512"),
    ({"vm_uptime": {"days_per_month": 31, "hours_per_day": 24}}, "171.12"),
    ({"vm_uptime": {"days_per_month": 20, "hours_per_day": 10}}, "46.00"),
    ({"discount_percentage": 10}, "151.11"),
    ({"currency": "EUR"}, "142.6871286"),
]


@pytest.mark.parametrize(("changes", "amount"), WORKED_EXAMPLES)
def test_worked_examples_of_a_linux_machine(
    changes: dict[str, Any], amount: str, an_assessment: Any, a_machine: Any
) -> None:
    result = an_assessment(**D4S_V5, **changes).assess(a_machine(cores=4, cpu=100))
    assert result.recommended_size.name == "Standard_D4s_v5"
    assert decimal_text(result.monthly_compute_cost) == amount


def test_windows_pays_its_licence_without_hybrid_benefit(an_assessment: Any, a_machine: Any) -> None:
    machine = a_machine("Windows Server 2019", cpu=100)
    with_licence = an_assessment(**D4S_V5, azure_hybrid_use_benefit="No").assess(machine)
    with_benefit = an_assessment(**D4S_V5).assess(machine)
    licence = with_licence.monthly_compute_cost - with_benefit.monthly_compute_cost
    assert licence > 0
    assert with_benefit.monthly_windows_licence_saved == licence
    assert with_licence.monthly_windows_licence_saved == 0


def test_linux_saves_nothing_by_the_hybrid_benefit(an_assessment: Any, a_machine: Any) -> None:
    result = an_assessment(**D4S_V5, linux_azure_hybrid_use_benefit="Yes").assess(a_machine())
    assert result.monthly_linux_licence_saved == 0


def test_windows_under_a_savings_plan_is_derived_and_marked(
    catalogue: Catalogue, an_assessment: Any, a_machine: Any
) -> None:
    changes = D4S_V5 | {"savings_options": "SavingsPlan1Year", "azure_hybrid_use_benefit": "No"}
    result = an_assessment(**changes).assess(a_machine("Windows Server 2019", cpu=100))

    def usd(licence: Licence, term: Term) -> Decimal:
        return catalogue.hourly_prices("westeurope", licence, term)["Standard_D4s_v5"].usd

    hourly = (
        usd(Licence.LINUX, Term.SAVINGS_PLAN_1_YEAR)
        + usd(Licence.WINDOWS, Term.PAY_AS_YOU_GO)
        - usd(Licence.LINUX, Term.PAY_AS_YOU_GO)
    )
    assert result.monthly_compute_cost == hourly * 744
    assert DataIssue.COMPUTE_PRICE_DERIVED in result.data_issues


def test_listed_windows_reservation_is_not_derived(an_assessment: Any, a_machine: Any) -> None:
    changes = D4S_V5 | {"savings_options": "RI1Year", "azure_hybrid_use_benefit": "No"}
    machine = a_machine("Windows Server 2019", cpu=100)
    result = an_assessment(**changes, azure_location="polandcentral").assess(machine)
    assert DataIssue.COMPUTE_PRICE_DERIVED not in result.data_issues


def test_storage_adds_up_and_ignores_discount(an_assessment: Any, a_machine: Any, a_disk: Any) -> None:
    machine = a_machine(disks=(a_disk(100, None, None, None, None, is_os_disk=True), a_disk(128)))
    result = an_assessment(discount_percentage=50).assess(machine)
    assert [disk.recommended_sku for disk in result.disks] == ["StandardSSD_E10", "Standard_S10"]
    assert result.monthly_storage_cost == Decimal("15.488")


def test_missing_disk_price_is_unknown_not_zero(an_assessment: Any, a_machine: Any, a_disk: Any) -> None:
    result = an_assessment(azure_location="japaneast").assess(a_machine(disks=(a_disk(),)))
    assert result.monthly_storage_cost is None
    assert result.disks[0].monthly_cost is None
    assert DataIssue.NO_STORAGE_COST in result.data_issues
    assert result.monthly_compute_cost is not None


def test_disk_of_unknown_size_leaves_storage_cost_unknown(
    an_assessment: Any, a_machine: Any, a_disk: Any
) -> None:
    result = an_assessment().assess(a_machine(disks=(a_disk(None),)))
    assert (result.disks[0].recommended_sku, result.monthly_storage_cost) == (None, None)
    assert DataIssue.DISK_SIZE_MISSING in result.disks[0].data_issues


def test_currency_without_rate_is_refused(an_assessment: Any) -> None:
    with pytest.raises(SettingsRefused, match="currency: the catalogue has no rate for TRY"):
        an_assessment(currency="TRY")


def test_total_of_something_unknown_is_unknown() -> None:
    assert total([Decimal("0.1"), None]) is None
    assert total([Decimal("0.1"), Decimal("0.2")]) == Decimal("0.3")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("167.9", "167.90"),
        ("130.051200", "130.0512"),
        ("0", "0.00"),
        ("1E+3", "1000.00"),
        ("1E-7", "0.0000001"),
    ],
)
def test_amounts_are_written_unrounded(amount: str, text: str) -> None:
    assert decimal_text(Decimal(amount)) == text
