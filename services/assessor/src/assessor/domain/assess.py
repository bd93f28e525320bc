"""One machine through the stages: readiness, disks, size, cost, confidence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessor.domain.alternatives import (
    Alternatives,
    SavingsTable,
    ZoneRedundantShelf,
    cheapest_of_other_series,
)
from assessor.domain.candidates import CandidatePool, candidate_pool
from assessor.domain.catalogue import Catalogue, Licence
from assessor.domain.check_settings import check_settings
from assessor.domain.compute import ComputeNeed, SizeChoice, choose_size
from assessor.domain.confidence import machine_coverage
from assessor.domain.cost import MonthlyPricing, monthly_pricing, total
from assessor.domain.data_issues import disk_data_issues, machine_data_issues, nic_data_issues
from assessor.domain.disks import DATA_DISKS_ONLY, NEEDS_PREMIUM_IO, DiskOffer, DiskShelf
from assessor.domain.explain import SizeExplanation, explain
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Disk, Machine
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.rates import hourly_licence_usd, licence_paid
from assessor.domain.readiness import effective_boot_type
from assessor.domain.requirement import Requirement, requirement
from assessor.domain.result import AssessedDisk, AssessedMachine, AssessedNic
from assessor.domain.right_sizing import RightSizing, idle, oversized
from assessor.domain.rule_book import RuleBook
from assessor.domain.rules import MAX_DISK_GIB
from assessor.domain.security import security_readiness
from surveyor_inventory.guest_os import OsFamily, OsProduct
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import HybridBenefit, SecurityOffering

_LICENSED_LINUX = frozenset({OsProduct.RHEL, OsProduct.SLES})


@dataclass(frozen=True, slots=True)
class _Sizing:
    """What the sizing stage found; `offers` stand beside the machine's disks."""

    issues: tuple[Issue, ...] = ()
    offers: tuple[DiskOffer | Issue | None, ...] = ()
    choice: SizeChoice | None = None
    explanation: SizeExplanation | None = None
    pool: CandidatePool | None = None
    compute_need: ComputeNeed | None = None


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
        self._shelf = DiskShelf(catalogue, settings)
        self._zone_redundant = ZoneRedundantShelf(catalogue, settings)
        allow = self.rules.owner.sizes.allow
        self._pools = {licence: candidate_pool(catalogue, settings, licence, allow) for licence in Licence}
        self.currency_rate = catalogue.currency_rates[settings.currency]
        self._pricing: MonthlyPricing = monthly_pricing(settings, self.currency_rate.per_usd)
        self._savings = SavingsTable(catalogue, settings, self.currency_rate.per_usd)

    def assess(self, machine: Machine) -> AssessedMachine:
        """Take one machine through all stages; a machine that fails one stops there."""
        need = requirement(machine, self.settings)
        first = self.rules.findings(machine, self.settings)
        stopped = self.rules.worst(first) is Readiness.NOT_SUITABLE
        sizing = _Sizing(offers=(None,) * len(machine.disks)) if stopped else self._size(machine, need)
        return self._report(machine, need, first, sizing)

    def monthly_compute(self, usd_per_hour: Decimal) -> Decimal:
        """Price an hourly rate for a month under the settings, in their currency."""
        return self._pricing.compute(usd_per_hour)

    def _size(self, machine: Machine, need: Requirement) -> _Sizing:
        offers = tuple(
            None if disk.size_gib is None else self._shelf.choose(disk_need, is_os_disk=disk.is_os_disk)
            for disk, disk_need in zip(machine.disks, need.disks, strict=True)
        )
        if any(isinstance(offer, Issue) for offer in offers):
            return _Sizing((Issue.DISKS_NOT_SUITABLE,), offers)
        pool = self._pools[licence_paid(machine.guest_os, self.settings)]
        compute_need = self._compute_need(machine, need, offers)
        choice = choose_size(pool, compute_need)
        if isinstance(choice, Issue):
            return _Sizing((choice,), offers)
        issues = self.rules.kept((Issue.SIZE_LIMIT_UNKNOWN,) if choice.unknown_limits else ())
        return _Sizing(issues, offers, choice, explain(pool, compute_need, choice), pool, compute_need)

    def _compute_need(
        self, machine: Machine, need: Requirement, offers: tuple[DiskOffer | Issue | None, ...]
    ) -> ComputeNeed:
        types = {offer.disk_type for offer in offers if isinstance(offer, DiskOffer)}
        return ComputeNeed(
            requirement=need,
            boot_type=effective_boot_type(machine),
            needs_premium_io=not types.isdisjoint(NEEDS_PREMIUM_IO),
            has_v2_or_ultra=not types.isdisjoint(DATA_DISKS_ONLY),
            tests_performance=self.settings.is_performance_based,
        )

    def _report(
        self, machine: Machine, need: Requirement, first: tuple[str, ...], sizing: _Sizing
    ) -> AssessedMachine:
        issues = tuple(dict.fromkeys((*first, *sizing.issues)))
        readiness, choice = self.rules.worst(issues), sizing.choice
        disks = tuple(
            self._assessed_disk(disk, offer, priced=choice is not None)
            for disk, offer in zip(machine.disks, sizing.offers, strict=True)
        )
        compute = self._pricing.compute(choice.rate.usd) if choice else None
        storage = total(disk.monthly_cost for disk in disks) if choice else None
        security_ready = self._security_readiness(machine, choice, readiness)
        security = self._monthly_security(choice, security_ready)
        return AssessedMachine(
            machine=machine,
            readiness=readiness,
            issues=issues,
            data_issues=(
                *machine_data_issues(machine, self.settings),
                *_cost_issues(machine, sizing, storage),
                *_security_issues(security_ready, security),
            ),
            need=need,
            recommended_size=choice.size if choice else None,
            unknown_limits=choice.unknown_limits if choice else (),
            explanation=sizing.explanation,
            monthly_compute_cost=compute,
            monthly_storage_cost=storage,
            monthly_windows_licence_saved=self._windows_licence_saved(machine, choice),
            monthly_linux_licence_saved=Decimal(0) if choice else None,
            security_readiness=security_ready,
            monthly_security_cost=security,
            alternatives=self._alternatives(machine, need, sizing),
            right_sizing=self._right_sizing(machine, sizing, (compute, storage, security)),
            coverage=machine_coverage(machine, self.settings),
            disks=disks,
            nics=tuple(AssessedNic(nic.name, nic_data_issues(nic, self.settings)) for nic in machine.nics),
            prices_as_of=min(_price_dates(sizing), default=None),
        )

    def _assessed_disk(self, disk: Disk, offer: DiskOffer | Issue | None, *, priced: bool) -> AssessedDisk:
        data_issues = disk_data_issues(disk, self.settings)
        if isinstance(offer, Issue):
            return AssessedDisk(disk.name, Readiness.NOT_SUITABLE, (offer,), data_issues)
        if offer is None:
            return _unassessed_disk(disk, data_issues)
        usd = offer.usd_per_month
        return AssessedDisk(
            name=disk.name,
            readiness=Readiness.SUITABLE,
            issues=(),
            data_issues=data_issues,
            recommended_sku=offer.sku,
            recommended_type=offer.disk_type,
            redundancy=offer.redundancy,
            recommended_size_gib=offer.size_gib,
            recommended_iops=offer.iops,
            recommended_mb_per_second=offer.mb_per_second,
            monthly_cost=self._pricing.storage(usd) if priced and usd is not None else None,
        )

    def _security_readiness(
        self, machine: Machine, choice: SizeChoice | None, readiness: Readiness
    ) -> Readiness | None:
        if self.settings.azure_security_offering_type is SecurityOffering.NONE:
            return None
        return security_readiness(machine, choice.size if choice else None, readiness)

    def _monthly_security(
        self, choice: SizeChoice | None, security_ready: Readiness | None
    ) -> Decimal | None:
        """The owner's price of Defender for Servers, for machines that are ready for it."""
        if choice is None or security_ready is None:
            return None
        if security_ready is not Readiness.SUITABLE:
            return Decimal(0)
        usd = self.rules.owner.prices.defender_usd_per_month
        return None if usd is None else self._pricing.storage(usd)

    def _alternatives(self, machine: Machine, need: Requirement, sizing: _Sizing) -> Alternatives | None:
        choice, pool = sizing.choice, sizing.pool
        if choice is None or pool is None:
            return None
        licence = licence_paid(machine.guest_os, self.settings)
        return Alternatives(
            sizes=cheapest_of_other_series(pool, choice, self._pricing.compute),
            savings_options=self._savings.options(choice.size, licence),
            zone_redundant_storage=self._zone_redundant.storage(machine, need, self._pricing.storage),
        )

    def _right_sizing(
        self, machine: Machine, sizing: _Sizing, costs: tuple[Decimal | None, ...]
    ) -> RightSizing | None:
        """As-is assessments do not look at use."""
        choice, pool, need = sizing.choice, sizing.pool, sizing.compute_need
        if choice is None or pool is None or need is None or not self.settings.is_performance_based:
            return None
        rules = self.rules.owner.right_sizing
        compute, storage, security = costs
        all_of_it = total((compute, storage, security or Decimal(0)))
        return idle(machine, choice, rules, all_of_it) or oversized(
            machine, pool, need, choice, rules, self._pricing.compute
        )

    def _windows_licence_saved(self, machine: Machine, choice: SizeChoice | None) -> Decimal | None:
        """What the Windows licence would have cost; 0 where nothing is saved, None where not known."""
        if choice is None:
            return None
        benefits = (
            machine.guest_os.family is OsFamily.WINDOWS
            and self.settings.azure_hybrid_use_benefit is HybridBenefit.YES
        )
        if not benefits:
            return Decimal(0)
        licence = hourly_licence_usd(self.catalogue, self.settings.azure_location, choice.size.name)
        return None if licence is None else self._pricing.compute(licence)


def _unassessed_disk(disk: Disk, data_issues: tuple[DataIssue, ...]) -> AssessedDisk:
    if disk.size_gib is None:
        return AssessedDisk(disk.name, Readiness.READINESS_UNKNOWN, (), data_issues)
    if disk.size_gib > MAX_DISK_GIB:
        return AssessedDisk(disk.name, Readiness.NOT_SUITABLE, (Issue.DISK_TOO_LARGE,), data_issues)
    return AssessedDisk(disk.name, Readiness.UNKNOWN, (), data_issues)


def _cost_issues(machine: Machine, sizing: _Sizing, storage: Decimal | None) -> list[DataIssue]:
    if sizing.choice is None:
        return [DataIssue.NO_COMPUTE_COST] if Issue.NO_SIZE_WITH_PRICE in sizing.issues else []
    issues = [DataIssue.COMPUTE_PRICE_DERIVED] if sizing.choice.rate.is_derived else []
    if storage is None:
        issues.append(DataIssue.NO_STORAGE_COST)
    if machine.guest_os.product in _LICENSED_LINUX:
        issues.append(DataIssue.LINUX_LICENCE_NOT_PRICED)
    return [*issues, DataIssue.NO_BANDWIDTH_COST]


def _security_issues(security_ready: Readiness | None, cost: Decimal | None) -> list[DataIssue]:
    return [DataIssue.NO_SECURITY_COST] if security_ready is Readiness.SUITABLE and cost is None else []


def _price_dates(sizing: _Sizing) -> list[date]:
    if sizing.choice is None:
        return []
    disks = [offer.priced_as_of for offer in sizing.offers if isinstance(offer, DiskOffer)]
    return [day for day in (sizing.choice.rate.as_of, *disks) if day is not None]
