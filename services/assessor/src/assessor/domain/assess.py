"""One machine through the stages: readiness, disks, size, cost, confidence; and what goes beyond."""

from datetime import date
from decimal import Decimal

from assessor.domain.alternatives import (
    Alternatives,
    SavingsTable,
    ZoneRedundantShelf,
    cheapest_of_other_series,
    other_licence,
)
from assessor.domain.assessed_disk import assessed_disk
from assessor.domain.catalogue import Catalogue, DiskType
from assessor.domain.check_settings import check_settings
from assessor.domain.confidence import machine_coverage
from assessor.domain.cost import MonthlyPricing, monthly_pricing, total
from assessor.domain.data_issues import machine_data_issues, nic_data_issues
from assessor.domain.disks import DiskOffer
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Machine
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.rates import hourly_licence_usd, licence_paid
from assessor.domain.requirement import Requirement, requirement
from assessor.domain.result import AssessedMachine, AssessedNic
from assessor.domain.right_sizing import RightSizing, idle, oversized
from assessor.domain.rule_book import RuleBook
from assessor.domain.security import security_readiness
from assessor.domain.sizing import Sized, Sizer, Sizing, skipped
from surveyor_inventory.guest_os import OsFamily, OsProduct
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import HybridBenefit, SecurityOffering

_LICENSED_LINUX = frozenset({OsProduct.RHEL, OsProduct.SLES})


class Assessment:
    """Everything that is the same for all machines of one run; built once, then asked per machine.

    Raises:
        SettingsRefused: The settings ask for what the catalogue does not have.
    """

    def __init__(
        self, settings: AssessmentSettings, catalogue: Catalogue, owner: OwnerRules | None = None
    ) -> None:
        check_settings(settings, catalogue)
        self.settings = settings
        self.catalogue = catalogue
        self.rules = RuleBook(owner)
        self.currency_rate = catalogue.currency_rates[settings.currency]
        self._sizer = Sizer(catalogue, settings, self.rules)
        self._pricing: MonthlyPricing = monthly_pricing(settings, self.currency_rate.per_usd)
        self._savings = SavingsTable(catalogue, settings, self.currency_rate.per_usd)
        self._zone_redundant = ZoneRedundantShelf(catalogue, settings)

    def assess(self, machine: Machine) -> AssessedMachine:
        """Take one machine through all stages; a machine that fails one stops there."""
        need = requirement(machine, self.settings)
        first = self.rules.findings(machine, self.settings)
        stopped = self.rules.worst(first) is Readiness.NOT_SUITABLE
        sizing = skipped(machine) if stopped else self._sizer.size(machine, need)
        return self._report(machine, need, first, sizing)

    def monthly_compute(self, usd_per_hour: Decimal) -> Decimal:
        """Price an hourly rate for a month under the settings, in their currency."""
        return self._pricing.compute(usd_per_hour)

    def _report(
        self, machine: Machine, need: Requirement, first: tuple[str, ...], sizing: Sizing
    ) -> AssessedMachine:
        issues = tuple(dict.fromkeys((*first, *sizing.issues)))
        readiness, sized = self.rules.worst(issues), sizing.sized
        choice = sized.choice if sized else None
        disks = tuple(
            assessed_disk(disk, offer, self.settings, self._pricing.storage if sized else None)
            for disk, offer in zip(machine.disks, sizing.offers, strict=True)
        )
        compute = self._pricing.compute(choice.rate.usd) if choice else None
        storage = total(disk.monthly_cost for disk in disks) if choice else None
        security_ready = self._security_readiness(machine, sized, readiness)
        security = self._monthly_security(sized, security_ready)
        return AssessedMachine(
            machine=machine,
            readiness=readiness,
            issues=issues,
            data_issues=(
                *machine_data_issues(machine, self.settings),
                *_cost_issues(machine, sizing, storage),
                *_security_issues(sized, security_ready, security),
                *_retirements(machine, sizing),
            ),
            need=need,
            recommended_size=choice.size if choice else None,
            unknown_limits=choice.unknown_limits if choice else (),
            explanation=sized.explanation if sized else None,
            monthly_compute_cost=compute,
            monthly_storage_cost=storage,
            monthly_windows_licence_saved=self._windows_licence_saved(machine, sized),
            monthly_linux_licence_saved=Decimal(0) if sized else None,
            security_readiness=security_ready,
            monthly_security_cost=security,
            alternatives=self._alternatives(machine, need, sized) if sized else None,
            right_sizing=self._right_sizing(machine, sized, (compute, storage, security)) if sized else None,
            coverage=machine_coverage(machine, self.settings),
            disks=disks,
            nics=tuple(AssessedNic(nic.name, nic_data_issues(nic, self.settings)) for nic in machine.nics),
            prices_as_of=min([*sizing.price_dates, *self._security_price_date(security)], default=None),
        )

    def _security_readiness(
        self, machine: Machine, sized: Sized | None, readiness: Readiness
    ) -> Readiness | None:
        if self.settings.azure_security_offering_type is SecurityOffering.NONE:
            return None
        return security_readiness(machine, sized.choice.size if sized else None, readiness)

    def _monthly_security(self, sized: Sized | None, security_ready: Readiness | None) -> Decimal | None:
        """The owner's price of Defender for Servers, for machines that are ready for it.

        Without a price nothing is known of the cost of any machine, not even that it is 0.
        """
        usd = self.rules.owner.prices.defender_usd_per_month
        if sized is None or security_ready is None or usd is None:
            return None
        return self._pricing.storage(usd) if security_ready is Readiness.SUITABLE else Decimal(0)

    def _security_price_date(self, cost: Decimal | None) -> list[date]:
        as_of = self.rules.owner.prices.as_of
        return [as_of] if cost and as_of is not None else []

    def _alternatives(self, machine: Machine, need: Requirement, sized: Sized) -> Alternatives:
        licence = licence_paid(machine.guest_os, self.settings)
        return Alternatives(
            sizes=cheapest_of_other_series(sized.pool, sized.choice, self._pricing.compute),
            savings_options=self._savings.options(sized.choice.size, licence),
            other_licence=other_licence(self._savings, sized.choice.size, machine.guest_os, licence),
            zone_redundant_storage=self._zone_redundant.storage(machine, need, self._pricing.storage),
        )

    def _right_sizing(
        self, machine: Machine, sized: Sized, costs: tuple[Decimal | None, ...]
    ) -> RightSizing | None:
        """As-is assessments do not look at use."""
        if not self.settings.is_performance_based:
            return None
        rules = self.rules.owner.right_sizing
        compute, storage, security = costs
        all_of_it = total((compute, storage, security or Decimal(0)))
        return idle(machine, sized.choice, rules, all_of_it) or oversized(
            machine, sized.pool, sized.need, sized.choice, rules, self._pricing.compute
        )

    def _windows_licence_saved(self, machine: Machine, sized: Sized | None) -> Decimal | None:
        """What the Windows licence would have cost; 0 where nothing is saved, None where not known."""
        if sized is None:
            return None
        benefits = (
            machine.guest_os.family is OsFamily.WINDOWS
            and self.settings.azure_hybrid_use_benefit is HybridBenefit.YES
        )
        if not benefits:
            return Decimal(0)
        licence = hourly_licence_usd(self.catalogue, self.settings.azure_location, sized.choice.size.name)
        return None if licence is None else self._pricing.compute(licence)


def _cost_issues(machine: Machine, sizing: Sizing, storage: Decimal | None) -> list[DataIssue]:
    if sizing.sized is None:
        return [DataIssue.NO_COMPUTE_COST] if Issue.NO_SIZE_WITH_PRICE in sizing.issues else []
    issues = [DataIssue.COMPUTE_PRICE_DERIVED] if sizing.sized.choice.rate.is_derived else []
    if storage is None:
        issues.append(DataIssue.NO_STORAGE_COST)
    if machine.guest_os.product in _LICENSED_LINUX:
        issues.append(DataIssue.LINUX_LICENCE_NOT_PRICED)
    return [*issues, DataIssue.NO_BANDWIDTH_COST]


def _retirements(machine: Machine, sizing: Sizing) -> list[DataIssue]:
    """What is recommended, and will not be there for long."""
    if sizing.sized is None:
        return []
    of_system = [offer for disk, offer in zip(machine.disks, sizing.offers, strict=True) if disk.is_os_disk]
    on_hdd = any(isinstance(o, DiskOffer) and o.disk_type is DiskType.STANDARD_HDD for o in of_system)
    size = [DataIssue.SIZE_RETIRES] if sizing.sized.choice.size.retires else []
    return [*size, DataIssue.HDD_FOR_SYSTEM_RETIRES] if on_hdd else size


def _security_issues(
    sized: Sized | None, security_ready: Readiness | None, cost: Decimal | None
) -> list[DataIssue]:
    is_unknown = sized is not None and security_ready is not None and cost is None
    return [DataIssue.NO_SECURITY_COST] if is_unknown else []
