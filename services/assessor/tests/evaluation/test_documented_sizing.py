"""Needs, sizes, costs and confidence as documented, with the worked examples.

Source: Azure Migrate, "Azure VM assessments" (2025-02-06), "Troubleshoot assessment" (2021-07-28), "Common
questions: assessments" (2023-06-06), "Cost estimation of assessments" (2025-04-17), "Confidence ratings"
(2024-10-24). Limits and prices: the packaged catalogue, West Europe.
"""

from collections.abc import Sequence
from typing import Any

import pytest

AS_IS = {"sizing_criterion": "AsOnPremises"}
EXACT = {"scaling_factor": 1.0}
DSV5 = {"azure_vm_families": ["Dsv5_series"], "scaling_factor": 1.0}
PREMIUM = {"azure_disk_types": ["Premium"]}
TEN = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10]
CPU_MISSING, MEMORY_MISSING = "PercentageOfCoresUtilizedMissing", "PercentageOfMemoryUtilizedMissing"
LINUX = {"os_name": "Ubuntu 22.04", "cpu_percent": 100}
WINDOWS = {"cpu_percent": 100}


def percentile(rank: int) -> dict[str, Any]:
    return {"scaling_factor": 1.0, "percentile": f"Percentile{rank}"}


def ten_cores(peaks: Sequence[float]) -> dict[str, Any]:
    return {"cores": 10, "cpu_percent": peaks}


NEEDS: list[tuple[dict[str, Any], dict[str, Any], float, float]] = [
    ({}, {}, 2.6, 5.2),
    ({}, EXACT, 2, 4),
    ({}, AS_IS, 4, 8),
    ({}, AS_IS | {"scaling_factor": 1.3}, 5.2, 10.4),
    ({"memory_mib": 16_384}, {"scaling_factor": 2.0}, 4, 16),
    (ten_cores(TEN), percentile(50), 5, 4),
    (ten_cores(TEN), percentile(90), 9, 4),
    (ten_cores(TEN), percentile(95), 10, 4),
    (ten_cores(TEN), percentile(99), 10, 4),
    (ten_cores([70]), percentile(50), 7, 4),
    (ten_cores([70]), percentile(99), 7, 4),
    (ten_cores([90, 10]), percentile(50), 1, 4),
    (ten_cores([90, 10]), percentile(90), 9, 4),
    # A week has 1,008 points: the 95th percentile is number 958.
    (
        {"cores": 100, "cpu_percent": [n * 0.05 for n in range(1, 1_009)]},
        EXACT | {"time_range": "Week"},
        47.9,
        4,
    ),
    ({"cores": 100, "cpu_percent": [n / 2 for n in range(1, 145)]}, EXACT, 68.5, 4),
    ({"cpu_percent": 0, "memory_percent": 0}, {}, 0, 0),
    ({"source": "hyperv", "memory_percent": 120}, EXACT, 2, 9.6),
    # Never measured: what is allocated, without the factor.
    ({"cpu_percent": None}, {}, 4, 5.2),
    ({"memory_percent": None}, {}, 2.6, 8),
    ({"cpu_percent": [], "memory_percent": [None, None]}, {}, 4, 8),
]
SIZES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # 6 decimals count, no more.
    ({"cpu_percent": 76.92307693}, {"scaling_factor": 1.3}, "Standard_D4s_v5"),
    ({"cpu_percent": 76.9232}, {"scaling_factor": 1.3}, "Standard_D8s_v5"),
    # D2s_v5: 3,750 IOPS, 85 MB/s, 4 data disks, 2 NICs, 12,500 Mbit/s; D4s_v5: 6,400 IOPS, 145 MB/s, 8, 2.
    ({"disks": [{"size_gib": 4_096, "read_iops": 3_750}]}, PREMIUM, "Standard_D2s_v5"),
    ({"disks": [{"size_gib": 4_096, "read_iops": 3_751}]}, PREMIUM, "Standard_D4s_v5"),
    ({"disks": [{"size_gib": 1_024, "read_iops": 3_200}] * 2}, PREMIUM, "Standard_D4s_v5"),
    ({"disks": [{"size_gib": 1_024, "read_iops": 3_200.5}] * 2}, PREMIUM, "Standard_D8s_v5"),
    ({"disks": [{"size_gib": 1_024, "read_mb_per_second": 85}]}, PREMIUM, "Standard_D2s_v5"),
    ({"disks": [{"size_gib": 1_024, "read_mb_per_second": 85.1}]}, PREMIUM, "Standard_D4s_v5"),
    ({"disks": [{"size_gib": 4}] * 5}, {}, "Standard_D2s_v5"),
    ({"disks": [{"size_gib": 4}] * 6}, {}, "Standard_D4s_v5"),
    ({"disks": [{"size_gib": 4, "is_os_disk": False}] * 5}, {}, "Standard_D4s_v5"),
    ({"nics": [{}] * 2}, {}, "Standard_D2s_v5"),
    ({"nics": [{}] * 3}, {}, "Standard_D8s_v5"),
    (
        {"nics": [{"transmitted_mb_per_second": 1_562.5, "received_mb_per_second": 9_999}]},
        {},
        "Standard_D2s_v5",
    ),
    ({"nics": [{"transmitted_mb_per_second": 1_562.6}]}, {}, "Standard_D32s_v5"),
    # As-is does not look at use.
    ({"cores": 2, "disks": [{"size_gib": 512, "read_iops": 9_999}]}, AS_IS, "Standard_D2s_v5"),
    ({"cores": 2, "nics": [{"transmitted_mb_per_second": 9_999}]}, AS_IS, "Standard_D2s_v5"),
]
NO_SIZES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"nics": [{"transmitted_mb_per_second": 99_999}]}, DSV5, "NoVmSizeSupportsNetworkPerformance"),
    (
        {"disks": [{"size_gib": 8_192, "read_mb_per_second": 500}] * 9},
        DSV5 | PREMIUM,
        "NoVmSizeSupportsStoragePerformance",
    ),
    ({"disks": [{"size_gib": 64}]}, PREMIUM | {"azure_vm_families": ["Dv5_series"]}, "NoSuitableVmSizeFound"),
    ({"boot_type": "BIOS"}, {"azure_vm_families": ["Dsv6_series"]}, "NoSuitableVmSizeFound"),
    ({}, {"azure_vm_families": ["Dpsv5_series"]}, "NoVmSizeInSelectedFamilyFound"),
    ({}, DSV5 | {"azure_pricing_tier": "Basic"}, "NoVmSizeForBasicPricingTier"),
    ({}, {"azure_location": "swedensouth"}, "NoVmSizeForSelectedAzureLocation"),
    ({}, DSV5 | {"savings_options": "SavingsPlan3Year"}, "NoVmSizeFoundForOfferCurrencyReservedInstance"),
    ({}, {"azure_offer_code": "MSAZR0023P"}, "NoVmSizeFoundForOfferCurrencyReservedInstance"),
    ({}, {"azure_offer_code": "EA"}, "NoVmSizeFoundForOfferCurrencyReservedInstance"),
    ({}, {"ea_subscription_id": "one"}, "NoVmSizeFoundForOfferCurrencyReservedInstance"),
    ({}, {"environment_type": "DevTest"}, "NoVmSizeFoundForOfferCurrencyReservedInstance"),
]
# D4s_v5: 0.23 USD an hour, 0.1748 under a savings plan, 0.414 with Windows; 730 or 744 hours.
COSTS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (LINUX, {}, "167.90"),
    (LINUX, {"savings_options": "SavingsPlan1Year"}, "130.0512"),
    (LINUX, {"savings_options": "RI1Year"}, "105.56988"),
    (LINUX, {"savings_options": "RI3Year"}, "67.605792"),
    (LINUX, {"vm_uptime": {"days_per_month": 31, "hours_per_day": 24}}, "171.12"),
    (LINUX, {"vm_uptime": {"days_per_month": 20, "hours_per_day": 10}}, "46.00"),
    (LINUX, {"vm_uptime": {"days_per_month": 30, "hours_per_day": 12}, "discount_percentage": 20}, "66.24"),
    (LINUX, {"discount_percentage": 0.5}, "167.0605"),
    (LINUX, {"discount_percentage": 100}, "0.00"),
    (LINUX, {"currency": "EUR"}, "142.6871286"),
    (WINDOWS, {}, "167.90"),
    (WINDOWS, {"azure_hybrid_use_benefit": "No"}, "302.22"),
    (WINDOWS, {"azure_hybrid_use_benefit": "Unknown"}, "302.22"),
    (WINDOWS, {"savings_options": "SavingsPlan1Year"}, "130.0512"),
    (WINDOWS, {"savings_options": "SavingsPlan1Year", "azure_hybrid_use_benefit": "No"}, "266.9472"),
    (WINDOWS, {"savings_options": "RI3Year", "azure_hybrid_use_benefit": "No"}, "204.501792"),
    (
        {"os_name": "Red Hat Enterprise Linux 8.6", "cpu_percent": 100},
        {"linux_azure_hybrid_use_benefit": "Yes"},
        "167.90",
    ),
]
FULL_DAY = [1.0] * 144
DISK_COUNTERS = ("read_iops", "write_iops", "read_mb_per_second", "write_mb_per_second")
NIC_COUNTERS = ("received_mb_per_second", "transmitted_mb_per_second")
TWO_HUNDRED_POINTS = {
    "time_range": "Custom",
    "perf_data_start_time": "2026-01-01T00:00:00Z",
    "perf_data_end_time": "2026-01-02T09:20:00Z",
}


def measured(points: int) -> dict[str, Any]:
    return {"cpu_percent": [1.0] * points, "memory_percent": [1.0] * points}


CONFIDENCES: list[tuple[dict[str, Any], dict[str, Any], float | None, int | None]] = [
    (
        measured(144)
        | {
            "disks": [{"size_gib": 64} | dict.fromkeys(DISK_COUNTERS, FULL_DAY)],
            "nics": [dict.fromkeys(NIC_COUNTERS, FULL_DAY)],
        },
        {},
        100,
        5,
    ),
    (measured(144) | {"disks": [{"size_gib": 64, "read_iops": FULL_DAY}], "nics": [{}]}, {}, 37.5, 2),
    (measured(144) | {"memory_percent": None}, {}, 50, 3),
    ({"cpu_percent": None, "memory_percent": None}, {}, 0, 1),
    (measured(144), {"time_range": "Week"}, 100 / 7, 1),
    (measured(121), TWO_HUNDRED_POINTS, 60.5, 3),
    (measured(41), TWO_HUNDRED_POINTS, 20.5, 1),
    (measured(42), TWO_HUNDRED_POINTS, 21, 2),
    (measured(160), TWO_HUNDRED_POINTS, 80, 4),
    (measured(162), TWO_HUNDRED_POINTS, 81, 5),
    (measured(144), AS_IS, None, None),
    (measured(144) | {"source": "import"}, {}, None, None),
    ({}, {}, None, None),
]


@pytest.mark.parametrize(("machine", "settings", "cores", "memory_gib"), NEEDS)
def test_need(
    machine: dict[str, Any], settings: dict[str, Any], cores: float, memory_gib: float, outcome: Any
) -> None:
    result = outcome(machine, **settings)
    assert (result["cores_needed"], result["memory_needed_gib"]) == (cores, memory_gib)
    assert (CPU_MISSING in result["data_issues"]) is (machine.get("cpu_percent", 0) in (None, []))
    assert result["recommended_size_cores"] >= cores


@pytest.mark.parametrize(("machine", "settings", "size"), SIZES)
def test_smallest_size_of_a_series(
    machine: dict[str, Any], settings: dict[str, Any], size: str, outcome: Any
) -> None:
    quiet = {"cpu_percent": 10, "memory_percent": 10}
    assert outcome(quiet | machine, **(DSV5 | settings))["recommended_size"] == size


@pytest.mark.parametrize(("machine", "settings", "issue"), NO_SIZES)
def test_reason_why_no_size_fits(
    machine: dict[str, Any], settings: dict[str, Any], issue: str, outcome: Any
) -> None:
    result = outcome(machine, **settings)
    assert (result["readiness"], result["issues"]) == ("NotSuitable", [issue])
    costs = (result["recommended_size"], result["monthly_compute_cost"], result["monthly_storage_cost"])
    assert costs == (None, None, None)


@pytest.mark.parametrize(("machine", "settings", "cost"), COSTS)
def test_monthly_compute_cost(
    machine: dict[str, Any], settings: dict[str, Any], cost: str, outcome: Any
) -> None:
    result = outcome(machine, **(DSV5 | settings))
    assert (result["recommended_size"], result["monthly_compute_cost"]) == ("Standard_D4s_v5", cost)
    derived = settings.get("azure_hybrid_use_benefit") == "No" and "savings_options" in settings
    assert ("ComputePriceDerived" in result["data_issues"]) is derived


@pytest.mark.parametrize(
    "settings",
    [
        {"discount_percentage": 50},
        {"savings_options": "SavingsPlan1Year"},
        {"vm_uptime": {"days_per_month": 1, "hours_per_day": 1}},
    ],
)
def test_storage_costs_the_same_under_every_offer(settings: dict[str, Any], outcome: Any) -> None:
    assert outcome({"disks": [{"size_gib": 100}]}, **settings)["monthly_storage_cost"] == "9.60"


@pytest.mark.parametrize(("machine", "settings", "percent", "stars"), CONFIDENCES)
def test_confidence(
    machine: dict[str, Any], settings: dict[str, Any], percent: float | None, stars: int | None, outcome: Any
) -> None:
    result = outcome(machine, **settings)
    assert result["confidence_percent"] == pytest.approx(percent)
    assert result["confidence_stars"] == stars
