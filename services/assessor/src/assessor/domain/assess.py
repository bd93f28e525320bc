"""One machine through the stages: readiness, disks, size, cost, confidence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessor.domain.candidates import candidate_pool
from assessor.domain.catalogue import Catalogue, Licence
from assessor.domain.check_settings import check_settings
from assessor.domain.compute import ComputeNeed, SizeChoice, choose_size
from assessor.domain.confidence import machine_coverage
from assessor.domain.cost import MonthlyPricing, monthly_pricing, total
from assessor.domain.data_issues import disk_data_issues, machine_data_issues, nic_data_issues
from assessor.domain.disks import DATA_DISKS_ONLY, NEEDS_PREMIUM_IO, DiskOffer, DiskShelf
from assessor.domain.explain import SizeExplanation, explain
from assessor.domain.issues import DataIssue, Issue, Readiness, worst
from assessor.domain.machine import Disk, Machine
from assessor.domain.rates import hourly_licence_usd, licence_paid
from assessor.domain.readiness import effective_boot_type, readiness_issues
from assessor.domain.requirement import Requirement, requirement
from assessor.domain.result import AssessedDisk, AssessedMachine, AssessedNic
from assessor.domain.rules import MAX_DISK_GIB
from assessor.domain.security import security_readiness
from surveyor_inventory.guest_os import OsFamily
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import HybridBenefit, SecurityOffering


@dataclass(frozen=True, slots=True)
class _Sizing:
    """What the sizing stage found; `offers` stand beside the machine's disks."""

    issues: tuple[Issue, ...] = ()
    offers: tuple[DiskOffer | Issue | None, ...] = ()
    choice: SizeChoice | None = None
    explanation: SizeExplanation | None = None


class Assessment:
    """Everything that is the same for all machines of one run; built once, then asked per machine.

    Raises:
        SettingsRefused: The settings ask for what the catalogue does not have.
    """

    def __init__(self, settings: AssessmentSettings, catalogue: Catalogue) -> None:
        check_settings(settings, catalogue)
        self.settings = settings
        self.catalogue = catalogue
        self._shelf = DiskShelf(catalogue, settings)
        self._pools = {licence: candidate_pool(catalogue, settings, licence) for licence in Licence}
        rate = catalogue.currency_rates[settings.currency]
        self._pricing: MonthlyPricing = monthly_pricing(settings, rate.per_usd)

    def assess(self, machine: Machine) -> AssessedMachine:
        """Take one machine through all stages; a machine that fails one stops there."""
        need = requirement(machine, self.settings)
        first = readiness_issues(machine, self.settings)
        stopped = worst(first) is Readiness.NOT_SUITABLE
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
        issues = (Issue.SIZE_LIMIT_UNKNOWN,) if choice.unknown_limits else ()
        return _Sizing(issues, offers, choice, explain(pool, compute_need, choice))

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
        self, machine: Machine, need: Requirement, first: tuple[Issue, ...], sizing: _Sizing
    ) -> AssessedMachine:
        issues = tuple(dict.fromkeys((*first, *sizing.issues)))
        readiness, choice = worst(issues), sizing.choice
        disks = tuple(
            self._assessed_disk(disk, offer, priced=choice is not None)
            for disk, offer in zip(machine.disks, sizing.offers, strict=True)
        )
        compute = self._pricing.compute(choice.rate.usd) if choice else None
        storage = total(disk.monthly_cost for disk in disks) if choice else None
        return AssessedMachine(
            machine=machine,
            readiness=readiness,
            issues=issues,
            data_issues=(*machine_data_issues(machine, self.settings), *_cost_issues(sizing, storage)),
            cores_needed=need.cores,
            memory_needed_gib=need.memory_gib,
            recommended_size=choice.size if choice else None,
            unknown_limits=choice.unknown_limits if choice else (),
            explanation=sizing.explanation,
            monthly_compute_cost=compute,
            monthly_storage_cost=storage,
            monthly_windows_licence_saved=self._windows_licence_saved(machine, choice),
            monthly_linux_licence_saved=Decimal(0) if choice else None,
            security_readiness=self._security_readiness(machine, choice, readiness),
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


def _cost_issues(sizing: _Sizing, storage: Decimal | None) -> list[DataIssue]:
    if sizing.choice is None:
        return [DataIssue.NO_COMPUTE_COST] if Issue.NO_SIZE_WITH_PRICE in sizing.issues else []
    issues = [DataIssue.COMPUTE_PRICE_DERIVED] if sizing.choice.rate.is_derived else []
    if storage is None:
        issues.append(DataIssue.NO_STORAGE_COST)
    return [*issues, DataIssue.NO_BANDWIDTH_COST]


def _price_dates(sizing: _Sizing) -> list[date]:
    if sizing.choice is None:
        return []
    disks = [offer.priced_as_of for offer in sizing.offers if isinstance(offer, DiskOffer)]
    return [day for day in (sizing.choice.rate.as_of, *disks) if day is not None]
