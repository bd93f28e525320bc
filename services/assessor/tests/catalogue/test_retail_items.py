"""Which prices the API's items hold, odd rows included, and which of several offers counts."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from assessor.catalogue.price_choice import choose_prices
from assessor.catalogue.retail_items import (
    DiskKey,
    ProvisionedKey,
    RetailItem,
    Skipped,
    VmKey,
    offers,
    read_item,
)
from assessor.domain.catalogue import DiskType, Licence, Redundancy, Term
from assessor.testing.retail_price_server import a_disk, a_reservation, a_v2_part, a_vm

NOW = datetime(2026, 11, 23, tzinfo=UTC)
D2S = "Standard_D2s_v5"


def read(*raw: dict[str, Any]) -> dict[Any, Decimal]:
    """Return the prices of items that are none of them skipped."""
    found = []
    for each in raw:
        item = read_item(each)
        assert isinstance(item, RetailItem)
        offered = offers(item, "westeurope")
        assert not isinstance(offered, Skipped)
        found += offered
    return choose_prices(found, NOW)[0]


def vm(term: Term, licence: Licence = Licence.LINUX) -> VmKey:
    return VmKey("westeurope", licence, term, D2S)


def test_consumption_is_the_pay_as_you_go_price() -> None:
    assert read(a_vm(D2S, 0.096)) == {vm(Term.PAY_AS_YOU_GO): Decimal("0.096")}


@pytest.mark.parametrize(
    "product",
    ["Virtual Machines Dsv5 Series Windows", "DCsv3 Series Windows", "Virtual Machines NCCadsv5 Srs Win"],
)
def test_product_names_tell_windows(product: str) -> None:
    assert list(read(a_vm(D2S, 0.188, productName=product))) == [vm(Term.PAY_AS_YOU_GO, Licence.WINDOWS)]


@pytest.mark.parametrize(
    "product", ["Virtual Machines Dsv5 Series", "Dsv5 Series Linux", "Dsv5-series Linux"]
)
def test_other_products_are_linux(product: str) -> None:
    assert list(read(a_vm(D2S, 0.096, productName=product))) == [vm(Term.PAY_AS_YOU_GO)]


def test_price_of_a_reservation_is_divided_by_the_hours_of_its_term() -> None:
    assert read(a_reservation(D2S, 518.592, 1), a_reservation(D2S, 995.0, 3)) == {
        vm(Term.RESERVED_1_YEAR): Decimal("0.0592"),
        vm(Term.RESERVED_3_YEARS): Decimal("0.0378614916"),
    }


def test_savings_plans_stand_inside_consumption_items() -> None:
    plans = [
        {"term": "1 Year", "retailPrice": 0.067, "unitPrice": 0.067},
        {"term": "3 Years", "retailPrice": 0.046, "unitPrice": 0.046},
    ]
    assert read(a_vm(D2S, 0.096, savingsPlan=plans)) == {
        vm(Term.PAY_AS_YOU_GO): Decimal("0.096"),
        vm(Term.SAVINGS_PLAN_1_YEAR): Decimal("0.067"),
        vm(Term.SAVINGS_PLAN_3_YEARS): Decimal("0.046"),
    }


def test_disk_price_is_that_of_the_disk_meter() -> None:
    key = DiskKey("westeurope", DiskType.PREMIUM_SSD, Redundancy.LRS, "P10")
    assert read(a_disk()) == {key: Decimal("21.68")}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (a_vm(skuName="D2s v5 Spot"), Skipped.INTERRUPTIBLE),
        (a_vm(meterName="D2s v5 Low Priority"), Skipped.INTERRUPTIBLE),
        (a_vm(productName="Dasv5 Series Cloud Services"), Skipped.CLOUD_SERVICES),
        (a_vm(productName="Eadsv5 Series CloudServices"), Skipped.CLOUD_SERVICES),
        (a_vm(productName="Dsv5 Series Dedicated Host"), Skipped.DEDICATED_HOST),
        (a_vm(productName="Virtual Machines H Promo Series"), Skipped.PROMOTION_OR_BASIC),
        (a_vm(productName="Virtual Machines A Series Basic"), Skipped.PROMOTION_OR_BASIC),
        (a_vm(type="DevTestConsumption"), Skipped.OTHER_OFFER),
        (a_vm(armRegionName="eastus"), Skipped.OTHER_REGION),
        (a_vm(currencyCode="EUR"), Skipped.OTHER_CURRENCY),
        (a_vm(unitOfMeasure="1 GB"), Skipped.OTHER_UNIT),
        (a_vm(retailPrice=0.0), Skipped.NO_PRICE),
        (a_vm(retailPrice=None), Skipped.NO_PRICE),
        (a_vm(type="Reservation", reservationTerm="5 Years"), Skipped.NO_PRICE),
        (a_disk(meterName="P10 LRS Disk Mount"), Skipped.OTHER_PRODUCT),
        (a_disk(meterName="P10 LRS Disk Operations", unitOfMeasure="10K"), Skipped.OTHER_PRODUCT),
        (a_disk(productName="Premium Page Blob"), Skipped.OTHER_PRODUCT),
        (a_disk(unitOfMeasure="1/Hour"), Skipped.OTHER_UNIT),
    ],
)
def test_what_is_no_price_of_the_catalogue_is_left_out_with_its_reason(
    item: dict[str, Any], reason: Skipped
) -> None:
    read_one = read_item(item)
    assert isinstance(read_one, RetailItem)
    assert offers(read_one, "westeurope") is reason


@pytest.mark.parametrize("raw", [None, [], {}, {"retailPrice": "many"}, a_vm(effectiveStartDate="yesterday")])
def test_item_that_cannot_be_read_is_malformed(raw: object) -> None:
    assert read_item(raw) is Skipped.MALFORMED


def test_price_that_started_last_counts_and_one_of_the_future_does_not() -> None:
    prices = read(
        a_vm(D2S, 0.1, effectiveStartDate="2020-01-01T00:00:00Z"),
        a_vm(D2S, 0.096, effectiveStartDate="2024-01-01T00:00:00Z"),
        a_vm(D2S, 0.2, effectiveStartDate="2026-12-01T00:00:00Z"),
        a_vm(D2S, 0.3, effectiveStartDate="2025-01-01T00:00:00Z", effectiveEndDate="2025-06-01T00:00:00Z"),
    )
    assert prices == {vm(Term.PAY_AS_YOU_GO): Decimal("0.096")}


def test_primary_meter_comes_first() -> None:
    prices = read(a_vm(D2S, 0.09, isPrimaryMeterRegion=False), a_vm(D2S, 0.096))
    assert prices == {vm(Term.PAY_AS_YOU_GO): Decimal("0.096")}


def test_fixed_price_is_that_of_the_first_unit() -> None:
    prices = read(a_vm(D2S, 0.096), a_vm(D2S, 0.05, tierMinimumUnits=1_000.0))
    assert prices == {vm(Term.PAY_AS_YOU_GO): Decimal("0.096")}


def test_provisioned_price_is_that_of_the_last_step() -> None:
    prices = read(
        a_v2_part("IOPS", 0.0), a_v2_part("IOPS", 7e-06, tierMinimumUnits=3_000.0), a_v2_part("IOPS", 0.0)
    )
    key = ProvisionedKey("westeurope", DiskType.PREMIUM_SSD_V2, "usd_per_iops_hour")
    assert prices == {key: Decimal("0.000007")}


def test_offers_that_contradict_each_other_give_no_price() -> None:
    item_prices = [a_vm(D2S, 0.096), a_vm(D2S, 0.188)]
    found = [offer for raw in item_prices for offer in _offers(raw)]
    prices, contradicted = choose_prices(found, NOW)
    assert (prices, contradicted) == ({}, {vm(Term.PAY_AS_YOU_GO)})


def _offers(raw: dict[str, Any]) -> Any:
    item = read_item(raw)
    assert isinstance(item, RetailItem)
    return offers(item, "westeurope")
