"""Monthly cost in the assessment's currency, in exact decimals.

Source: Azure Migrate, "Cost estimation of assessments" (2025-04-17), "Azure VM assessments" (2025-02-06).
Months have 730 hours, or 744 under a savings option; given uptime hours win (ADR 0011).
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import SavingsOption

PAY_AS_YOU_GO_HOURS = Decimal(730)
COMMITTED_HOURS = Decimal(744)
_EXACT = Context(prec=60)


def exactly() -> AbstractContextManager[Context]:
    """Calculate within the block without rounding."""
    return localcontext(_EXACT)


@dataclass(frozen=True, slots=True)
class MonthlyPricing:
    """Turns USD per hour and per month into monthly amounts under one set of settings."""

    per_hourly_usd: Decimal
    """Hours, currency and what the discount leaves, in one factor; it reduces pay-as-you-go compute only."""
    currency_per_usd: Decimal

    def compute(self, usd_per_hour: Decimal) -> Decimal:
        return _EXACT.multiply(usd_per_hour, self.per_hourly_usd)

    def storage(self, usd_per_month: Decimal) -> Decimal:
        return _EXACT.multiply(usd_per_month, self.currency_per_usd)


def monthly_pricing(settings: AssessmentSettings, currency_per_usd: Decimal) -> MonthlyPricing:
    """Collect what the settings say about hours, discount and currency."""
    if settings.savings_options is not SavingsOption.NONE:
        return MonthlyPricing(_EXACT.multiply(COMMITTED_HOURS, currency_per_usd), currency_per_usd)
    hours = settings.vm_uptime.hours_per_month if settings.vm_uptime else PAY_AS_YOU_GO_HOURS
    with exactly():
        factor = 1 - settings.discount_percentage / 100
        return MonthlyPricing(hours * factor * currency_per_usd, currency_per_usd)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts exactly; None as soon as one of them is not known."""
    amount = Decimal(0)
    for part in amounts:
        if part is None:
            return None
        amount = _EXACT.add(amount, part)
    return amount


def exact_sum(amounts: Iterable[Decimal | None]) -> Decimal:
    """Add the amounts that are known, exactly."""
    known = Decimal(0)
    for amount in amounts:
        if amount is not None:
            known = _EXACT.add(known, amount)
    return known


def exact_difference(amount: Decimal, less: Decimal) -> Decimal:
    return _EXACT.subtract(amount, less)


def decimal_text(amount: Decimal) -> str:
    """Write an amount unrounded, without exponent, with at least two decimals: 167.90, 130.0512."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
