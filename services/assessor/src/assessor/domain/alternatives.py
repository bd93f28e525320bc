"""What else would do: other series, savings options, zone redundancy.

Nothing here takes part in the choice of the recommended size.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from assessor.domain.candidates import CandidatePool
from assessor.domain.catalogue import Catalogue, Licence, VmSize
from assessor.domain.compute import SizeChoice
from assessor.domain.cost import MonthlyPricing, monthly_pricing, total
from assessor.domain.disks import DiskOffer, DiskShelf
from assessor.domain.estimates import RateEstimates
from assessor.domain.issues import DataIssue, Issue
from assessor.domain.machine import Machine
from assessor.domain.rates import TERMS, HourlyRate, hourly_rates
from assessor.domain.requirement import Requirement
from surveyor_inventory.guest_os import GuestOs, OsFamily
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import HybridBenefit, SavingsOption, StorageRedundancy

_MOST_SERIES = 8
"""Other series that are shown of a machine, the cheapest first."""


@dataclass(frozen=True, slots=True)
class SizeAlternative:
    size: VmSize
    monthly_compute_cost: Decimal


@dataclass(frozen=True, slots=True)
class SavingsAlternative:
    """`estimated_from` is None for a list price, and where there is no amount."""

    option: SavingsOption
    monthly_compute_cost: Decimal | None
    estimated_from: str | None


@dataclass(frozen=True, slots=True)
class LicenceAlternative:
    """The recommended size under the other choice of Azure Hybrid Benefit for Windows."""

    hybrid_benefit: HybridBenefit
    savings_options: tuple[SavingsAlternative, ...]


@dataclass(frozen=True, slots=True)
class StorageAlternative:
    monthly_storage_cost: Decimal | None
    issue: str | None


@dataclass(frozen=True, slots=True)
class Alternatives:
    sizes: tuple[SizeAlternative, ...]
    savings_options: tuple[SavingsAlternative, ...]
    other_licence: LicenceAlternative | None
    """None for machines without Windows."""
    zone_redundant_storage: StorageAlternative | None


class SavingsTable:
    """The monthly cost of any size under each savings option and licence, whatever the settings choose."""

    def __init__(self, catalogue: Catalogue, settings: AssessmentSettings, per_usd: Decimal) -> None:
        self._estimates = RateEstimates(catalogue, settings.azure_location)
        self._pricing: Mapping[SavingsOption, MonthlyPricing] = {
            option: monthly_pricing(_under(settings, option), per_usd) for option in SavingsOption
        }
        self._rates: Mapping[tuple[SavingsOption, Licence], Mapping[str, HourlyRate]] = {
            (option, licence): hourly_rates(catalogue, _under(settings, option), licence)
            for option in SavingsOption
            for licence in Licence
        }
        self._known: dict[tuple[str, Licence], tuple[SavingsAlternative, ...]] = {}

    def options(self, size: VmSize, licence: Licence) -> tuple[SavingsAlternative, ...]:
        """One row per savings option, in the order of the settings' values."""
        key = (size.name, licence)
        if key not in self._known:
            self._known[key] = tuple(self._option(size, licence, option) for option in SavingsOption)
        return self._known[key]

    def _option(self, size: VmSize, licence: Licence, option: SavingsOption) -> SavingsAlternative:
        listed = self._rates[option, licence].get(size.name)
        if listed is not None:
            return SavingsAlternative(option, self._pricing[option].compute(listed.usd), None)
        estimate = self._estimates.rate(size, licence, TERMS[option])
        if estimate is None:
            return SavingsAlternative(option, None, None)
        return SavingsAlternative(option, self._pricing[option].compute(estimate.usd), estimate.made_from)


def other_licence(
    savings: SavingsTable, size: VmSize, guest_os: GuestOs, paid: Licence
) -> LicenceAlternative | None:
    """Price a Windows machine with the hybrid benefit where the settings leave it out, and the other way."""
    if guest_os.family is not OsFamily.WINDOWS:
        return None
    if paid is Licence.WINDOWS:
        return LicenceAlternative(HybridBenefit.YES, savings.options(size, Licence.LINUX))
    return LicenceAlternative(HybridBenefit.NO, savings.options(size, Licence.WINDOWS))


def _under(settings: AssessmentSettings, option: SavingsOption) -> AssessmentSettings:
    """The same settings with another savings option; one excludes discount and uptime."""
    changes: dict[str, object] = {"savings_options": option}
    if option is not SavingsOption.NONE:
        changes |= {"discount_percentage": Decimal(0), "vm_uptime": None}
    return settings.model_copy(update=changes)


def cheapest_of_other_series(
    pool: CandidatePool, choice: SizeChoice, monthly: Callable[[Decimal], Decimal]
) -> tuple[SizeAlternative, ...]:
    """The cheapest fitting size of each other series, the cheapest series first."""
    fitting = np.flatnonzero(choice.fitting)
    # Written from the last to the first, the cheapest of each series stays.
    cheapest = np.full(len(pool.sizes), len(pool.sizes))
    cheapest[pool.series_codes[fitting[::-1]]] = fitting[::-1]
    positions = np.sort(cheapest[cheapest < len(pool.sizes)])[: _MOST_SERIES + 1].tolist()
    others = [position for position in positions if pool.sizes[position].series != choice.size.series]
    return tuple(
        SizeAlternative(pool.sizes[position], monthly(rate.usd))
        for position in others[:_MOST_SERIES]
        if (rate := pool.rates[position]) is not None
    )


class ZoneRedundantShelf:
    """The disks of a machine with zone redundancy; of no use where a run asks for it anyway."""

    def __init__(self, catalogue: Catalogue, settings: AssessmentSettings) -> None:
        self._is_asked_for = settings.azure_storage_redundancy is StorageRedundancy.ZONE_REDUNDANT
        zone_redundant = {"azure_storage_redundancy": StorageRedundancy.ZONE_REDUNDANT}
        self._shelf = DiskShelf(catalogue, settings.model_copy(update=zone_redundant))

    def storage(
        self, machine: Machine, need: Requirement, monthly: Callable[[Decimal], Decimal]
    ) -> StorageAlternative | None:
        """What all disks of a machine would cost, or the first reason why they cannot be had."""
        if self._is_asked_for or not machine.disks:
            return None
        if any(disk.size_gib is None for disk in machine.disks):
            return StorageAlternative(None, DataIssue.DISK_SIZE_MISSING)
        offers = [
            self._shelf.choose(disk_need, is_os_disk=disk.is_os_disk)
            for disk, disk_need in zip(machine.disks, need.disks, strict=True)
        ]
        refusal = next((offer for offer in offers if isinstance(offer, Issue)), None)
        if refusal is not None:
            return StorageAlternative(None, refusal)
        usd = total(offer.usd_per_month for offer in offers if isinstance(offer, DiskOffer))
        if usd is None:
            return StorageAlternative(None, DataIssue.NO_STORAGE_COST)
        return StorageAlternative(monthly(usd), None)
