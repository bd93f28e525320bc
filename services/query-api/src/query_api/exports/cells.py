"""Values as cells: numbers typed, unknown empty, text never a formula."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from surveyor_schemas.assessments.results_v1 import Issue, Suitability

Cell = str | int | float | Decimal | datetime | None
"""A Decimal is money: it is written rounded half up to two decimals."""

CENT = Decimal("0.01")
DECIMALS = 6
NOTHING = "Not Applicable"
READINESS: dict[Suitability, str] = {
    "Suitable": "Ready",
    "ConditionallySuitable": "Ready With Conditions",
    "NotSuitable": "Not Ready",
    "ReadinessUnknown": "Unknown",
}
NOT_ASSESSED = "Unknown"
DISK_TYPES = {
    "Standard": "Standard HDD managed disks",
    "StandardSSD": "Standard SSD managed disks",
    "Premium": "Premium managed disks",
    "PremiumV2": "Premium SSD V2 managed disks",
    "Ultra": "Ultra disks",
}


def money(amount: Decimal) -> float:
    """Round an amount half up to two decimals."""
    return float(amount.quantize(CENT, ROUND_HALF_UP))


def readiness(suitability: Suitability | Literal["Unknown"] | None) -> str | None:
    """A suitability in the words of the export."""
    if suitability is None:
        return None
    return NOT_ASSESSED if suitability == "Unknown" else READINESS[suitability]


def issue_texts(issues: Iterable[Issue]) -> str:
    """The texts of issues in one cell."""
    return joined(issue.text for issue in issues) or NOTHING


def data_issue_codes(codes: Iterable[str]) -> str:
    """Data collection issues in one cell."""
    return joined(codes) or NOTHING


def joined(values: Iterable[str | None]) -> str | None:
    """Several values in one cell, None when there are none."""
    return ", ".join(value for value in values if value) or None


def total(values: Iterable[float | None]) -> float | None:
    """The sum of what is known, to 6 decimals as the values themselves; None when nothing is."""
    known = [value for value in values if value is not None]
    return round(sum(known), DECIMALS) if known else None
