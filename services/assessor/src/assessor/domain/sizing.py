"""The sizing stage: a disk for every disk, then the cheapest size that carries them all."""

from dataclasses import dataclass
from datetime import date

from assessor.domain.candidates import CandidatePool, candidate_pool
from assessor.domain.catalogue import Catalogue, Licence
from assessor.domain.compute import ComputeNeed, SizeChoice, choose_size
from assessor.domain.disks import DATA_DISKS_ONLY, NEEDS_PREMIUM_IO, DiskOffer, DiskShelf
from assessor.domain.explain import SizeExplanation, explain
from assessor.domain.issues import Issue, Readiness
from assessor.domain.machine import Machine
from assessor.domain.rates import licence_paid
from assessor.domain.readiness import effective_boot_type
from assessor.domain.requirement import Requirement
from assessor.domain.rule_book import RuleBook
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

Offers = tuple[DiskOffer | Issue | None, ...]
"""Beside the machine's disks: the disk for each, why there is none, or None where none was looked for."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A recommended size, why it is this one, and what it was chosen from for which need."""

    choice: SizeChoice
    explanation: SizeExplanation
    pool: CandidatePool
    need: ComputeNeed


@dataclass(frozen=True, slots=True)
class Sizing:
    """What the stage found; `sized` is None where no disk or no size fits, or the stage was skipped."""

    issues: tuple[Issue, ...]
    offers: Offers
    sized: Sized | None = None

    @property
    def price_dates(self) -> list[date]:
        """The day of each price that the recommendation costs by."""
        if self.sized is None:
            return []
        disks = [offer.priced_as_of for offer in self.offers if isinstance(offer, DiskOffer)]
        return [day for day in (self.sized.choice.rate.as_of, *disks) if day is not None]


def skipped(machine: Machine) -> Sizing:
    """The stage of a machine that failed an earlier one."""
    return Sizing((), (None,) * len(machine.disks))


class Sizer:
    """Everything that the stage needs of one run; built once, then asked per machine."""

    def __init__(self, catalogue: Catalogue, settings: AssessmentSettings, rules: RuleBook) -> None:
        self._settings = settings
        self._rules = rules
        self._shelf = DiskShelf(catalogue, settings)
        allow = rules.owner.sizes.allow
        self._pools = {licence: candidate_pool(catalogue, settings, licence, allow) for licence in Licence}

    def size(self, machine: Machine, need: Requirement) -> Sizing:
        """Choose disks and size for what `machine` needs."""
        offers = tuple(
            None if disk.size_gib is None else self._shelf.choose(disk_need, is_os_disk=disk.is_os_disk)
            for disk, disk_need in zip(machine.disks, need.disks, strict=True)
        )
        if any(isinstance(offer, Issue) for offer in offers):
            return Sizing((Issue.DISKS_NOT_SUITABLE,), offers)
        pool = self._pools[licence_paid(machine.guest_os, self._settings)]
        compute_need = self._compute_need(machine, need, offers)
        choice = choose_size(pool, compute_need)
        if isinstance(choice, Issue):
            return Sizing((choice,), offers)
        issues = self._rules.kept((Issue.SIZE_LIMIT_UNKNOWN,) if choice.unknown_limits else ())
        if self._rules.worst(issues) is Readiness.NOT_SUITABLE:
            return Sizing(issues, offers)
        return Sizing(issues, offers, Sized(choice, explain(pool, compute_need, choice), pool, compute_need))

    def _compute_need(self, machine: Machine, need: Requirement, offers: Offers) -> ComputeNeed:
        types = {offer.disk_type for offer in offers if isinstance(offer, DiskOffer)}
        return ComputeNeed(
            requirement=need,
            boot_type=effective_boot_type(machine),
            needs_premium_io=not types.isdisjoint(NEEDS_PREMIUM_IO),
            has_v2_or_ultra=not types.isdisjoint(DATA_DISKS_ONLY),
            tests_performance=self._settings.is_performance_based,
        )
