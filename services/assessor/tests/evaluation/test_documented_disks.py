"""Azure disks as documented: every tier at its limits and just above, and the types that are set freely.

Source: "Azure managed disk types" (2026-08-11), Azure Migrate "Azure VM assessments" (2025-02-06) and
"Troubleshoot assessment" (2021-07-28). Prices: the packaged catalogue, West Europe.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

PREMIUM_TIERS = [
    ("P1", 4, 120, 25),
    ("P2", 8, 120, 25),
    ("P3", 16, 120, 25),
    ("P4", 32, 120, 25),
    ("P6", 64, 240, 50),
    ("P10", 128, 500, 100),
    ("P15", 256, 1_100, 125),
    ("P20", 512, 2_300, 150),
    ("P30", 1_024, 5_000, 200),
    ("P40", 2_048, 7_500, 250),
    ("P50", 4_096, 7_500, 250),
    ("P60", 8_192, 16_000, 500),
    ("P70", 16_384, 18_000, 750),
    ("P80", 32_767, 20_000, 900),
]
STANDARD_SSD_TIERS = [
    *[
        (f"E{tier}", gib, 500, 100)
        for tier, gib in zip(
            (1, 2, 3, 4, 6, 10, 15, 20, 30, 40, 50),
            (4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096),
            strict=True,
        )
    ],
    ("E60", 8_192, 2_000, 400),
    ("E70", 16_384, 4_000, 600),
    ("E80", 32_767, 6_000, 750),
]
STANDARD_HDD_TIERS = [
    *[
        (f"S{tier}", gib, 500, 60)
        for tier, gib in zip(
            (4, 6, 10, 15, 20, 30, 40, 50), (32, 64, 128, 256, 512, 1_024, 2_048, 4_096), strict=True
        )
    ],
    ("S60", 8_192, 1_300, 300),
    ("S70", 16_384, 2_000, 500),
    ("S80", 32_767, 2_000, 500),
]
TIERS = [("Premium", PREMIUM_TIERS), ("StandardSSD", STANDARD_SSD_TIERS), ("Standard", STANDARD_HDD_TIERS)]
AUTOMATIC = "StandardOrPremium"
ZRS = {"azure_storage_redundancy": "ZoneRedundant"}
GRS = {"azure_storage_redundancy": "GeoRedundant"}
RA_GRS = {"azure_storage_redundancy": "ReadAccessGeoRedundant"}
AS_IS = {"sizing_criterion": "AsOnPremises"}


def disk(gib: float, iops: Any = 0, mb_per_second: Any = 0, **more: Any) -> dict[str, Any]:
    """A measured data disk that is only read."""
    counters = {"read_iops": iops, "write_iops": 0, "read_mb_per_second": mb_per_second}
    return {"size_gib": gib, **counters, "write_mb_per_second": 0, "is_os_disk": False} | more


def unmeasured(gib: float, **more: Any) -> dict[str, Any]:
    return {"size_gib": gib, "is_os_disk": False} | more


@pytest.fixture
def answer(outcome: Any) -> Any:
    """The result of one disk under one or several types, without comfort factor unless given."""

    def assess(given: dict[str, Any], types: str, **settings: Any) -> dict[str, Any]:
        chosen = {"azure_disk_types": types.split("+"), "scaling_factor": 1.0} | settings
        machine = outcome({"disks": [given]}, **chosen)
        (assessed,) = machine["disks"]
        refused = assessed["recommended_sku"] is None
        assert ("OneOrMoreDisksNotSuitable" in machine["issues"]) is refused
        return dict(assessed)

    return assess


@pytest.mark.parametrize(
    ("disk_type", "tier"),
    [(disk_type, tier) for disk_type, tiers in TIERS for tier in tiers],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_tier_holds_what_it_is_documented_to_hold(
    disk_type: str, tier: tuple[str, int, int, int], answer: Any
) -> None:
    name, gib, iops, mb_per_second = tier
    assert answer(disk(gib, iops, mb_per_second), disk_type)["recommended_sku"] == f"{disk_type}_{name}"


@pytest.mark.parametrize(
    ("disk_type", "smaller", "larger"),
    [(disk_type, *pair) for disk_type, tiers in TIERS for pair in pairwise(tiers)],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_next_gibibyte_needs_the_next_tier(
    disk_type: str, smaller: tuple[str, int, int, int], larger: tuple[str, int, int, int], answer: Any
) -> None:
    assert answer(disk(smaller[1] + 1), disk_type)["recommended_sku"] == f"{disk_type}_{larger[0]}"


CHOSEN: list[tuple[dict[str, Any], str, dict[str, Any], str]] = [
    (disk(64, 240, 50), "Premium", {}, "Premium_P6"),
    (disk(128, 500, 100), "Premium", {}, "Premium_P10"),
    (disk(1_000, 5_000, 200), AUTOMATIC, {}, "Premium_P30"),
    (disk(4, 121), "Premium", {}, "Premium_P6"),
    (disk(4, 0, 25.1), "Premium", {}, "Premium_P6"),
    (disk(10, 7_501), "Premium", {}, "Premium_P60"),
    (disk(4, 501), "StandardSSD", {}, "StandardSSD_E60"),
    (disk(1, 0, 61), "Standard", {}, "Standard_S60"),
    # Read and write are added; each is its own percentile first.
    (disk(64, 200, write_iops=41), "Premium", {}, "Premium_P10"),
    (disk(64, [300, 0], write_iops=[0, 300]), "Premium", {"percentile": "Percentile50"}, "Premium_P6"),
    (disk(64, [150, 0], write_iops=[0, 150]), "Premium", {"percentile": "Percentile99"}, "Premium_P10"),
    # The comfort factor multiplies performance, never capacity.
    (disk(128, 384.615384), "Premium", {"scaling_factor": 1.3}, "Premium_P10"),
    (disk(128, 385), "Premium", {"scaling_factor": 1.3}, "Premium_P15"),
    (disk(128), "Premium", {"scaling_factor": 2.0}, "Premium_P10"),
    # Automatic: the lowest cost, never Premium SSD v2; Standard SSD where nothing was measured.
    (disk(64), AUTOMATIC, {}, "Standard_S6"),
    (disk(4), AUTOMATIC, {}, "StandardSSD_E1"),
    (disk(64, 0, 61), AUTOMATIC, {}, "StandardSSD_E6"),
    (disk(128, 501, 10), AUTOMATIC, {}, "Premium_P15"),
    (disk(100, 30_000, 100), AUTOMATIC, {}, "Ultra"),
    (unmeasured(128), AUTOMATIC, {}, "StandardSSD_E10"),
    (unmeasured(128, read_iops=600), AUTOMATIC, {}, "Premium_P15"),
    (unmeasured(128), "Premium", {}, "Premium_P10"),
    (unmeasured(128), "Ultra", {}, "Ultra"),
    # As-is: capacity only.
    (disk(100, 9_999, 999), "Premium", AS_IS, "Premium_P10"),
    (disk(64, 9_999, 999), AUTOMATIC, AS_IS, "Standard_S6"),
    # Premium with Premium SSD v2: the system on Premium SSD, data on v2.
    (disk(64, is_os_disk=True), "Premium+PremiumV2", {}, "Premium_P6"),
    (disk(64), "Premium+PremiumV2", {}, "PremiumV2"),
    (disk(64), "Premium+PremiumV2", ZRS, "Premium_P6"),
    (disk(64), "Premium", ZRS, "Premium_P6"),
    (disk(64), AUTOMATIC, ZRS, "StandardSSD_E6"),
    # No disk prices in this region: the first type that fits.
    (disk(4), AUTOMATIC, {"azure_location": "japaneast"}, "Standard_S4"),
]
REFUSED: list[tuple[dict[str, Any], str, dict[str, Any], str]] = [
    (disk(32_768), "Premium", {}, "DiskSizeGreaterThanSupported"),
    (disk(10, 20_001), "Premium", {}, "NoSuitableDiskSizeForIops"),
    (disk(10, 0, 901), "Premium", {}, "NoSuitableDiskSizeForThroughput"),
    (disk(4, 6_001), "StandardSSD", {}, "NoSuitableDiskSizeForIops"),
    (disk(4, 0, 751), "StandardSSD", {}, "NoSuitableDiskSizeForThroughput"),
    (disk(1, 2_001), "Standard", {}, "NoSuitableDiskSizeForIops"),
    (disk(10, 400_001), "Ultra", {}, "NoSuitableDiskSizeForIops"),
    (disk(10, 0, 10_001), "Ultra", {}, "NoSuitableDiskSizeForThroughput"),
    (disk(10, 80_001), "PremiumV2", {}, "NoSuitableDiskSizeForIops"),
    (disk(10, 0, 2_001), "PremiumV2", {}, "NoSuitableDiskSizeForThroughput"),
    (disk(100, 30_000, 100, is_os_disk=True), AUTOMATIC, {}, "NoSuitableDiskSizeForIops"),
    (disk(64, is_os_disk=True), "Ultra", {}, "DiskTypeNotSupportedForOsDisk"),
    (disk(64, is_os_disk=True), "PremiumV2", {}, "DiskTypeNotSupportedForOsDisk"),
    (disk(64), "Standard", ZRS, "NoDiskSizeFoundForSelectedRedundancy"),
    (disk(64), "Ultra", ZRS, "NoDiskSizeFoundForSelectedRedundancy"),
    (disk(64), "PremiumV2", ZRS, "NoDiskSizeFoundForSelectedRedundancy"),
    (disk(64), AUTOMATIC, GRS, "NoDiskSizeFoundForSelectedRedundancy"),
    (disk(64), "Premium", RA_GRS, "NoDiskSizeFoundForSelectedRedundancy"),
]
# GiB, IOPS, MB/s and the monthly price that a need leads to.
PROVISIONED: list[tuple[dict[str, Any], str, tuple[int, int, int], str | None]] = [
    (disk(500, 10, 90), "Ultra", (500, 360, 90), "141.107"),
    (disk(1), "Ultra", (4, 100, 1), None),
    (disk(10.5, 100.2, 10.1), "Ultra", (11, 101, 11), None),
    (disk(4, 4_000), "Ultra", (4, 4_000, 1), None),
    (disk(4, 4_001), "Ultra", (5, 4_001, 1), None),
    (disk(1, 0, 1_000), "Ultra", (4, 4_000, 1_000), None),
    (disk(1, 0, 1_001), "Ultra", (5, 4_004, 1_001), None),
    (disk(10, 400_000), "Ultra", (400, 400_000, 1), None),
    (disk(10, 0, 10_000), "Ultra", (40, 40_000, 10_000), None),
    (disk(100), "PremiumV2", (100, 3_000, 125), "9.672"),
    (disk(100, 3_100, 126), "PremiumV2", (100, 3_100, 126), "10.316"),
    (disk(0.5), "PremiumV2", (1, 3_000, 125), None),
    (disk(4, 3_001), "PremiumV2", (7, 3_001, 125), None),
    (disk(10, 5_000), "PremiumV2", (10, 5_000, 125), None),
    (disk(10, 5_001), "PremiumV2", (11, 5_001, 125), None),
    (disk(4, 0, 750), "PremiumV2", (4, 3_000, 750), None),
    (disk(4, 0, 751), "PremiumV2", (7, 3_004, 751), None),
    (disk(10, 0, 2_000), "PremiumV2", (16, 8_000, 2_000), None),
    (disk(10, 80_000), "PremiumV2", (160, 80_000, 125), None),
]


@pytest.mark.parametrize(("given", "types", "settings", "sku"), CHOSEN)
def test_chosen_disk(
    given: dict[str, Any], types: str, settings: dict[str, Any], sku: str, answer: Any
) -> None:
    assert answer(given, types, **settings)["recommended_sku"] == sku


@pytest.mark.parametrize(("given", "types", "settings", "issue"), REFUSED)
def test_reason_why_no_disk_fits(
    given: dict[str, Any], types: str, settings: dict[str, Any], issue: str, answer: Any
) -> None:
    result = answer(given, types, **settings)
    assert (result["readiness"], result["issues"]) == ("NotSuitable", [issue])


@pytest.mark.parametrize(("given", "disk_type", "expected", "cost"), PROVISIONED)
def test_disk_that_is_set_freely(
    given: dict[str, Any], disk_type: str, expected: tuple[int, int, int], cost: str | None, answer: Any
) -> None:
    result = answer(given, disk_type)
    names = ("recommended_size_gib", "recommended_iops", "recommended_mb_per_second")
    assert tuple(result[name] for name in names) == expected
    if cost is not None:
        assert round(Decimal(result["monthly_cost"]), 3) == Decimal(cost)


@pytest.mark.parametrize(
    ("given", "types", "settings", "cost"),
    [
        (disk(1_000, 5_000, 200), AUTOMATIC, {}, "148.68"),
        (disk(64), "Premium", ZRS, "16.841"),
        (disk(64), "StandardSSD", ZRS, "7.20"),
        (disk(64), AUTOMATIC, {"azure_location": "japaneast"}, None),
    ],
)
def test_list_price_of_a_disk(
    given: dict[str, Any], types: str, settings: dict[str, Any], cost: str | None, answer: Any
) -> None:
    assert answer(given, types, **settings)["monthly_cost"] == cost
