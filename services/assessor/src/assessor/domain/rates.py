"""The hourly rate of each size under a set of settings.

Source: Azure Migrate, "Cost estimation of assessments" (2025-04-17), "Azure VM assessments"
(2025-02-06). The catalogue holds public pay-as-you-go, reservation and savings plan prices only.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessor.domain.catalogue import Catalogue, Licence, Price, Term
from surveyor_inventory.guest_os import GuestOs, OsFamily
from surveyor_schemas.assessments.assessment_settings_v1 import PAY_AS_YOU_GO, AssessmentSettings
from surveyor_schemas.assessments.choices import EnvironmentType, HybridBenefit, SavingsOption

TERMS = {
    SavingsOption.NONE: Term.PAY_AS_YOU_GO,
    SavingsOption.RI_1_YEAR: Term.RESERVED_1_YEAR,
    SavingsOption.RI_3_YEAR: Term.RESERVED_3_YEARS,
    SavingsOption.SAVINGS_PLAN_1_YEAR: Term.SAVINGS_PLAN_1_YEAR,
    SavingsOption.SAVINGS_PLAN_3_YEAR: Term.SAVINGS_PLAN_3_YEARS,
}


@dataclass(frozen=True, slots=True)
class HourlyRate:
    """`is_derived` marks a Windows rate that the catalogue lacks and that was added up."""

    usd: Decimal
    as_of: date
    is_derived: bool = False


def licence_paid(guest_os: GuestOs, settings: AssessmentSettings) -> Licence:
    """Windows with its licence, unless the hybrid benefit brings one; everything else without."""
    if guest_os.family is not OsFamily.WINDOWS:
        return Licence.LINUX
    brings_licence = settings.azure_hybrid_use_benefit is HybridBenefit.YES
    return Licence.LINUX if brings_licence else Licence.WINDOWS


def hourly_rates(
    catalogue: Catalogue, settings: AssessmentSettings, licence: Licence
) -> dict[str, HourlyRate]:
    """Rate by size name; a size without a rate is missing. Empty for offers that have no prices here."""
    if not _offer_is_priced(settings):
        return {}
    term = TERMS[settings.savings_options]
    listed = catalogue.hourly_prices(settings.azure_location, licence, term)
    rates = {name: HourlyRate(price.usd, price.as_of) for name, price in listed.items()}
    if licence is Licence.WINDOWS and term is not Term.PAY_AS_YOU_GO:
        rates = _derived_windows_rates(catalogue, settings.azure_location, term) | rates
    return rates


def hourly_licence_usd(catalogue: Catalogue, region: str, size_name: str) -> Decimal | None:
    """The part of a Windows price that the hybrid benefit saves; None when either price is missing."""
    with_licence = catalogue.hourly_prices(region, Licence.WINDOWS, Term.PAY_AS_YOU_GO).get(size_name)
    without = catalogue.hourly_prices(region, Licence.LINUX, Term.PAY_AS_YOU_GO).get(size_name)
    return with_licence.usd - without.usd if with_licence and without else None


def _offer_is_priced(settings: AssessmentSettings) -> bool:
    """Enterprise agreements, dev/test and other offers have prices of their own, not known here."""
    return (
        settings.azure_offer_code == PAY_AS_YOU_GO
        and settings.ea_subscription_id is None
        and settings.environment_type is EnvironmentType.PRODUCTION
    )


def _derived_windows_rates(catalogue: Catalogue, region: str, term: Term) -> dict[str, HourlyRate]:
    """Linux rate of the term + (Windows - Linux) pay-as-you-go."""
    linux = catalogue.hourly_prices(region, Licence.LINUX, term)
    linux_payg = catalogue.hourly_prices(region, Licence.LINUX, Term.PAY_AS_YOU_GO)
    windows_payg = catalogue.hourly_prices(region, Licence.WINDOWS, Term.PAY_AS_YOU_GO)
    names = linux.keys() & linux_payg.keys() & windows_payg.keys()
    return {name: _derived(linux[name], linux_payg[name], windows_payg[name]) for name in names}


def _derived(linux: Price, linux_payg: Price, windows_payg: Price) -> HourlyRate:
    oldest = min(linux.as_of, linux_payg.as_of, windows_payg.as_of)
    return HourlyRate(linux.usd + windows_payg.usd - linux_payg.usd, oldest, is_derived=True)
