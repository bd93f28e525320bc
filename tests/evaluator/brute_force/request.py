"""The settings of one evaluation with their documented defaults, and percentiles."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Usage = float | list[float | None] | None
TERMS = {
    "None": "payg",
    "RI1Year": "ri1y",
    "RI3Year": "ri3y",
    "SavingsPlan1Year": "sp1y",
    "SavingsPlan3Year": "sp3y",
}
WINDOW_POINTS = {"Day": 144, "Week": 1_008, "Month": 4_320}


@dataclass(frozen=True)
class Request:
    """What was asked, in the evaluator's own words."""

    performance_based: bool
    factor: float
    percentile: int
    disk_types: tuple[str, ...]
    redundancy: str | None
    region: str
    families: tuple[str, ...]
    confidential: bool
    term: str
    windows_licence_owned: bool
    currency: str
    pay_as_you_go_factor: Decimal
    hours: Decimal
    basic_tier: bool
    has_prices: bool
    window_points: int


def request_from(settings: dict[str, Any]) -> Request:
    """Fill in the defaults of the assessment properties."""
    performance_based = settings.get("sizing_criterion", "PerformanceBased") == "PerformanceBased"
    default_disks = ["StandardOrPremium"] if performance_based else ["Premium"]
    redundancy = settings.get("azure_storage_redundancy", "LocallyRedundant")
    term = TERMS[settings.get("savings_options", "None")]
    return Request(
        performance_based=performance_based,
        factor=settings.get("scaling_factor", 1.3 if performance_based else 1.0),
        percentile=int(settings.get("percentile", "Percentile95").removeprefix("Percentile")),
        disk_types=tuple(settings.get("azure_disk_types", default_disks)),
        redundancy={"LocallyRedundant": "LRS", "ZoneRedundant": "ZRS"}.get(redundancy),
        region=settings["azure_location"],
        families=tuple(settings.get("azure_vm_families", [])),
        confidential="CVM" in settings.get("azure_vm_security_options", ["Standard"]),
        term=term,
        windows_licence_owned=settings.get("azure_hybrid_use_benefit", "Yes") == "Yes",
        currency=settings.get("currency", "USD"),
        pay_as_you_go_factor=1 - Decimal(str(settings.get("discount_percentage", 0))) / 100,
        hours=_hours(settings, term),
        basic_tier=settings.get("azure_pricing_tier", "Standard") == "Basic",
        has_prices=settings.get("azure_offer_code", "MSAZR0003P") == "MSAZR0003P",
        window_points=WINDOW_POINTS[settings.get("time_range", "Day")],
    )


def at_percentile(usage: Usage, percentile: int) -> float | None:
    """Nearest rank: of N ascending values number ceil(P x N / 100); a number is the percentile already."""
    if not isinstance(usage, list):
        return usage
    ascending = sorted(value for value in usage if value is not None)
    return ascending[(percentile * len(ascending) + 99) // 100 - 1] if ascending else None


def need(value: float) -> float:
    """Round as the rules do before anything is compared."""
    return round(float(value), 6)


def _hours(settings: dict[str, Any], term: str) -> Decimal:
    uptime = settings.get("vm_uptime")
    if term != "payg":
        return Decimal(744)
    if uptime is None:
        return Decimal(730)
    return Decimal(str(uptime["days_per_month"])) * Decimal(str(uptime["hours_per_day"]))
