"""Managed disks: the cheapest that meets size, IOPS and throughput."""

from decimal import Decimal
from typing import Any

import pytest

from assessor.domain.catalogue import Catalogue, Redundancy
from assessor.domain.disks import DATA_DISKS_ONLY, DiskOffer, DiskShelf
from assessor.domain.issues import Issue
from assessor.domain.requirement import DiskNeed

# Source: "Azure managed disk types" (2026-08-11), by way of the catalogue; West Europe, LRS.
TIER_EXAMPLES = [
    (64, 240, 50, ["Premium"], "Premium_P6"),
    (128, 500, 100, ["Premium"], "Premium_P10"),
    (1_000, 5_000, 200, ["StandardOrPremium"], "Premium_P30"),
    (100, 0, 0, ["Premium"], "Premium_P10"),
    (128, 500, 60, ["Standard"], "Standard_S10"),
    (128, 500, 60, ["StandardSSD"], "StandardSSD_E10"),
    (32, 0, 0, ["Premium"], "Premium_P4"),
    (33, 0, 0, ["Premium"], "Premium_P6"),
    (4, 120, 25, ["Premium"], "Premium_P1"),
    (4, 121, 25, ["Premium"], "Premium_P6"),
]


def choose(
    catalogue: Catalogue,
    settings: Any,
    size_gib: Any,
    iops: Any,
    mb_per_second: Any,
    *,
    is_os_disk: Any = False,
    is_measured: Any = True,
) -> DiskOffer | Issue:
    need = DiskNeed(size_gib, iops, mb_per_second, is_measured=is_measured)
    return DiskShelf(catalogue, settings).choose(need, is_os_disk=is_os_disk)


@pytest.mark.parametrize(("size_gib", "iops", "mb_per_second", "types", "sku"), TIER_EXAMPLES)
def test_smallest_tier_that_meets_all_three(
    size_gib: Any, iops: Any, mb_per_second: Any, types: Any, sku: Any, catalogue: Catalogue, settings: Any
) -> None:
    offer = choose(catalogue, settings(azure_disk_types=types), size_gib, iops, mb_per_second)
    assert isinstance(offer, DiskOffer)
    assert offer.sku == sku


def test_ultra_is_provisioned_and_priced_as_documented(catalogue: Catalogue, settings: Any) -> None:
    offer = choose(catalogue, settings(azure_disk_types=["Ultra"]), 500, 10, 90)
    assert isinstance(offer, DiskOffer)
    assert (offer.sku, offer.size_gib, offer.iops, offer.mb_per_second) == ("Ultra", 500, 360, 90)
    assert offer.usd_per_month == Decimal("141.10704")


@pytest.mark.parametrize(
    ("size_gib", "iops", "mb_per_second", "provision"),
    [
        (100, 3_000, 125, (100, 3_000, 125)),
        (10, 5_000, 100, (10, 5_000, 125)),
        (10, 5_001, 100, (11, 5_001, 125)),
        (100, 100, 1_000, (100, 4_000, 1_000)),
        (100, 100, 750, (100, 3_000, 750)),
    ],
)
def test_premium_v2_sets_size_iops_and_throughput(
    size_gib: Any, iops: Any, mb_per_second: Any, provision: Any, catalogue: Catalogue, settings: Any
) -> None:
    offer = choose(catalogue, settings(azure_disk_types=["PremiumV2"]), size_gib, iops, mb_per_second)
    assert isinstance(offer, DiskOffer)
    assert (offer.size_gib, offer.iops, offer.mb_per_second) == provision


def test_what_premium_v2_includes_is_not_billed(catalogue: Catalogue, settings: Any) -> None:
    offer = choose(catalogue, settings(azure_disk_types=["PremiumV2"]), 100, 3_000, 125)
    assert isinstance(offer, DiskOffer)
    assert offer.usd_per_month == Decimal("9.672")


@pytest.mark.parametrize(
    ("size_gib", "provision"), [(4, (4, 4_000, 1_000)), (64, (64, 64_000, 10_000))], ids=["4 GiB", "64 GiB"]
)
def test_ultra_grows_when_performance_needs_it(
    size_gib: Any, provision: Any, catalogue: Catalogue, settings: Any
) -> None:
    _, iops, mb_per_second = provision
    ultra = settings(azure_disk_types=["Ultra"])
    offer = choose(catalogue, ultra, 1, iops, mb_per_second)
    assert isinstance(offer, DiskOffer)
    assert offer.size_gib == size_gib
    larger = choose(catalogue, ultra, 1, iops + 1, mb_per_second)
    assert isinstance(larger, DiskOffer)
    assert larger.size_gib == size_gib + 1


@pytest.mark.parametrize(
    ("need", "types", "issue"),
    [
        ((40_000, 0, 0), ["Premium"], Issue.DISK_TOO_LARGE),
        ((65_537, 0, 0), ["Ultra"], Issue.DISK_TOO_LARGE),
        ((100, 20_001, 0), ["Premium"], Issue.DISK_IOPS),
        ((100, 0, 901), ["Premium"], Issue.DISK_THROUGHPUT),
        ((100, 400_001, 0), ["Ultra"], Issue.DISK_IOPS),
        ((100, 80_001, 0), ["PremiumV2"], Issue.DISK_IOPS),
        ((100, 0, 2_001), ["PremiumV2"], Issue.DISK_THROUGHPUT),
    ],
)
def test_disk_that_nothing_fits_names_the_reason(
    need: Any, types: Any, issue: Any, catalogue: Catalogue, settings: Any
) -> None:
    assert choose(catalogue, settings(azure_disk_types=types), *need) is issue


def test_automatic_never_takes_premium_v2_and_ultra_only_for_data(
    catalogue: Catalogue, settings: Any
) -> None:
    automatic = settings(azure_disk_types=["StandardOrPremium"])
    data_disk = choose(catalogue, automatic, 100, 50_000, 0)
    assert isinstance(data_disk, DiskOffer)
    assert data_disk.sku == "Ultra"
    assert choose(catalogue, automatic, 100, 50_000, 0, is_os_disk=True) is Issue.DISK_IOPS


def test_disk_without_measurements_goes_to_standard_ssd_under_automatic(
    catalogue: Catalogue, settings: Any
) -> None:
    offer = choose(catalogue, settings(), 100, 0, 0, is_measured=False)
    assert isinstance(offer, DiskOffer)
    assert offer.sku == "StandardSSD_E10"


def test_premium_pair_puts_data_on_premium_v2_and_the_system_on_premium(
    catalogue: Catalogue, settings: Any
) -> None:
    pair = settings(azure_disk_types=["Premium", "PremiumV2"])
    skus = [
        offer.sku
        for is_os_disk in (True, False)
        if isinstance(offer := choose(catalogue, pair, 100, 0, 0, is_os_disk=is_os_disk), DiskOffer)
    ]
    assert skus == ["Premium_P10", "PremiumV2"]


def test_pair_falls_back_to_premium_where_v2_has_no_such_redundancy(
    catalogue: Catalogue, settings: Any
) -> None:
    """ADR 0011: Premium SSD v2 has no zone redundancy, and the list allows Premium SSD too."""
    pair = settings(azure_disk_types=["Premium", "PremiumV2"], azure_storage_redundancy="ZoneRedundant")
    offer = choose(catalogue, pair, 100, 100, 10)
    assert isinstance(offer, DiskOffer)
    assert (offer.sku, offer.redundancy) == ("Premium_P10", "ZRS")


@pytest.mark.parametrize("types", [["Ultra"], ["PremiumV2"], ["Ultra", "PremiumV2"]])
def test_system_disk_cannot_be_ultra_or_premium_v2(types: Any, catalogue: Catalogue, settings: Any) -> None:
    chosen = choose(catalogue, settings(azure_disk_types=types), 100, 0, 0, is_os_disk=True)
    assert chosen is Issue.DISK_TYPE_NOT_FOR_OS


def test_zone_redundancy_takes_the_zone_redundant_tier(catalogue: Catalogue, settings: Any) -> None:
    offer = choose(
        catalogue,
        settings(azure_disk_types=["Premium"], azure_storage_redundancy="ZoneRedundant"),
        1_024,
        0,
        0,
    )
    assert isinstance(offer, DiskOffer)
    assert (offer.sku, offer.redundancy) == ("Premium_P30", Redundancy.ZRS)
    assert offer.usd_per_month == Decimal("222.99")


@pytest.mark.parametrize("redundancy", ["GeoRedundant", "ReadAccessGeoRedundant"])
def test_no_managed_disk_is_geo_redundant(redundancy: Any, catalogue: Catalogue, settings: Any) -> None:
    chosen = choose(catalogue, settings(azure_storage_redundancy=redundancy), 100, 0, 0)
    assert chosen is Issue.DISK_NOT_FOR_REDUNDANCY


def test_region_without_disk_prices_gets_the_first_fitting_type_without_cost(
    catalogue: Catalogue, settings: Any
) -> None:
    offer = choose(catalogue, settings(azure_location="japaneast"), 100, 10, 1)
    assert isinstance(offer, DiskOffer)
    assert (offer.sku, offer.usd_per_month) == ("Standard_S10", None)


def test_larger_tier_of_a_type_never_costs_less(catalogue: Catalogue) -> None:
    """The rule that lets only the smallest fitting tier compete."""
    for key, price in catalogue.disk_prices.items():
        disk_type, redundancy, tier, region = key
        smaller = [
            other
            for other in catalogue.disk_tiers
            if (other.disk_type, other.redundancy) == (disk_type, redundancy)
            and other.tier
            and int(other.tier[1:]) < int(tier[1:])
        ]
        for other in smaller:
            other_price = catalogue.disk_prices.get((disk_type, redundancy, other.tier, region))
            assert other_price is None or other_price.usd <= price.usd


def test_provisioned_types_have_limits_in_the_catalogue(catalogue: Catalogue) -> None:
    assert {tier.disk_type for tier in catalogue.disk_tiers if not tier.tier} == DATA_DISKS_ONLY
