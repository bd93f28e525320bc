"""Which managed disk fits a disk, and what it costs.

Source: Azure Migrate, "Azure VM assessments" (2025-02-06), "Troubleshoot assessment" (2021-07-28);
limits of the disks: "Azure managed disk types" (2026-08-11), by way of the catalogue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessor.domain.catalogue import Catalogue, DiskTier, DiskType, Redundancy
from assessor.domain.issues import Issue
from assessor.domain.provisioned_disks import Provision, monthly_usd, provision_premium_v2, provision_ultra
from assessor.domain.requirement import DiskNeed
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import AzureDiskType, StorageRedundancy

_PROVISIONERS = {DiskType.PREMIUM_SSD_V2: provision_premium_v2, DiskType.ULTRA: provision_ultra}
DATA_DISKS_ONLY = frozenset(_PROVISIONERS)
NEEDS_PREMIUM_IO = frozenset({DiskType.PREMIUM_SSD, DiskType.PREMIUM_SSD_V2, DiskType.ULTRA})
_AUTOMATIC = (DiskType.STANDARD_HDD, DiskType.STANDARD_SSD, DiskType.PREMIUM_SSD, DiskType.ULTRA)
_TYPES = {
    AzureDiskType.STANDARD: (DiskType.STANDARD_HDD,),
    AzureDiskType.STANDARD_SSD: (DiskType.STANDARD_SSD,),
    AzureDiskType.PREMIUM: (DiskType.PREMIUM_SSD,),
    AzureDiskType.STANDARD_OR_PREMIUM: _AUTOMATIC,
    AzureDiskType.ULTRA: (DiskType.ULTRA,),
    AzureDiskType.PREMIUM_V2: (DiskType.PREMIUM_SSD_V2,),
}
_REDUNDANCIES = {
    StorageRedundancy.LOCALLY_REDUNDANT: Redundancy.LRS,
    StorageRedundancy.ZONE_REDUNDANT: Redundancy.ZRS,
}
_TIE_ORDER = {disk_type: position for position, disk_type in enumerate(DiskType)}
_PREMIUM_PAIR = frozenset({AzureDiskType.PREMIUM, AzureDiskType.PREMIUM_V2})


@dataclass(frozen=True, slots=True)
class DiskOffer:
    """A managed disk with what it provides; `usd_per_month` None means that it has no price."""

    disk_type: DiskType
    redundancy: Redundancy
    tier: str
    size_gib: int
    iops: int
    mb_per_second: int
    usd_per_month: Decimal | None
    priced_as_of: date | None

    @property
    def sku(self) -> str:
        """Azure Migrate's name: Premium_P30, or Ultra and PremiumV2 alone."""
        return f"{self.disk_type}_{self.tier}" if self.tier else str(self.disk_type)


class DiskShelf:
    """The disks of one region under one set of settings; built once, asked per disk."""

    def __init__(self, catalogue: Catalogue, settings: AssessmentSettings) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._listed = catalogue.disk_redundancies_in_region.get(settings.azure_location, frozenset())
        # The listing does not say where the freely provisioned types are offered.
        self._listed_types = DATA_DISKS_ONLY | {disk_type for disk_type, _ in self._listed}
        self._tiers = sorted(catalogue.disk_tiers, key=lambda tier: tier.max_size_gib)
        self._redundancy = _REDUNDANCIES.get(settings.azure_storage_redundancy)
        self._allowed = {never: self._allowed_for(never_measured=never) for never in (False, True)}
        self._offered = {
            kind: [tier for tier in self._tiers if tier.disk_type is kind and self._is_offered(tier)]
            for kind in DiskType
        }
        # What a fixed tier offers is the same for every disk; by identity, which costs nothing to look up.
        self._fixed = {
            id(tier): self._made(tier, Provision(tier.max_size_gib, tier.max_iops, tier.max_mb_per_second))
            for kind, tiers in self._offered.items()
            if kind not in DATA_DISKS_ONLY
            for tier in tiers
        }

    def choose(self, need: DiskNeed, *, is_os_disk: bool) -> DiskOffer | Issue:
        """Return the cheapest disk that fits, or why there is none."""
        refusal: Issue | None = None
        for types in self._rounds(need, is_os_disk=is_os_disk):
            answer = self._choose_among(types, need)
            if isinstance(answer, DiskOffer):
                return answer
            refusal = refusal or answer
        return refusal or Issue.DISK_TYPE_NOT_FOR_OS

    def _rounds(self, need: DiskNeed, *, is_os_disk: bool) -> list[tuple[DiskType, ...]]:
        """Sets of types to try in turn; a later set counts only if no disk of the earlier ones fits."""
        allowed = self._allowed_types(need)
        if is_os_disk:
            allowed = tuple(kind for kind in allowed if kind not in DATA_DISKS_ONLY)
        elif frozenset(self._settings.azure_disk_types) == _PREMIUM_PAIR:
            return [(DiskType.PREMIUM_SSD_V2,), (DiskType.PREMIUM_SSD,)]
        return [allowed] if allowed else []

    def _allowed_types(self, need: DiskNeed) -> tuple[DiskType, ...]:
        return self._allowed[self._settings.is_performance_based and not need.is_measured]

    def _allowed_for(self, *, never_measured: bool) -> tuple[DiskType, ...]:
        allowed: set[DiskType] = set()
        for choice in self._settings.azure_disk_types:
            if choice is AzureDiskType.STANDARD_OR_PREMIUM and never_measured:
                allowed.add(DiskType.STANDARD_SSD)
            else:
                allowed.update(_TYPES[choice])
        return tuple(kind for kind in DiskType if kind in allowed)

    def _choose_among(self, types: tuple[DiskType, ...], need: DiskNeed) -> DiskOffer | Issue:
        """The smallest fitting tier of each type competes.

        A larger tier of the same type never costs less. The smallest one competes even without a price:
        recommending a tier eight times as large, only because the catalogue happens to know its price,
        would be worse than a cost that is not known.
        """
        smallest = [next((tier for tier in self._offered[kind] if fits(tier, need)), None) for kind in types]
        offers = [self._offer(tier, need) for tier in smallest if tier is not None]
        possible = [offer for offer in offers if offer is not None]
        return _cheapest(possible) if possible else self._refusal(types, need)

    def _refusal(self, types: tuple[DiskType, ...], need: DiskNeed) -> Issue:
        """The first filter that leaves nothing: size, IOPS, throughput, region, redundancy."""
        fitting = fitting_tiers([tier for tier in self._tiers if tier.disk_type in types], need)
        if isinstance(fitting, Issue):
            return fitting
        listed = [tier for tier in fitting if tier.disk_type in self._listed_types]
        if not listed:
            return Issue.DISK_NOT_IN_LOCATION
        if not any(self._has_redundancy(tier) for tier in listed):
            return Issue.DISK_NOT_FOR_REDUNDANCY
        return Issue.DISK_THROUGHPUT

    def _is_offered(self, tier: DiskTier) -> bool:
        return tier.disk_type in self._listed_types and self._has_redundancy(tier)

    def _has_redundancy(self, tier: DiskTier) -> bool:
        if tier.redundancy is not self._redundancy:
            return False
        return tier.disk_type in DATA_DISKS_ONLY or (tier.disk_type, tier.redundancy) in self._listed

    def _offer(self, tier: DiskTier, need: DiskNeed) -> DiskOffer | None:
        if tier.disk_type not in DATA_DISKS_ONLY:
            return self._fixed[id(tier)]
        provision = _PROVISIONERS[tier.disk_type](need, tier)
        return None if provision is None else self._made(tier, provision)

    def _made(self, tier: DiskTier, provision: Provision) -> DiskOffer:
        usd, as_of = self._price(tier, provision)
        return DiskOffer(
            disk_type=tier.disk_type,
            redundancy=tier.redundancy,
            tier=tier.tier,
            size_gib=provision.size_gib,
            iops=provision.iops,
            mb_per_second=provision.mb_per_second,
            usd_per_month=usd,
            priced_as_of=as_of,
        )

    def _price(self, tier: DiskTier, provision: Provision) -> tuple[Decimal | None, date | None]:
        region = self._settings.azure_location
        if tier.disk_type in DATA_DISKS_ONLY:
            prices = self._catalogue.provisioned_prices.get((tier.disk_type, region))
            return (monthly_usd(tier.disk_type, provision, prices), prices.as_of) if prices else (None, None)
        price = self._catalogue.disk_prices.get((tier.disk_type, tier.redundancy, tier.tier, region))
        return (price.usd, price.as_of) if price else (None, None)


def fits(tier: DiskTier, need: DiskNeed) -> bool:
    """Whether a tier meets size, IOPS and throughput."""
    return (
        tier.max_size_gib >= need.size_gib
        and tier.max_iops >= need.iops
        and tier.max_mb_per_second >= need.mb_per_second
    )


def fitting_tiers(tiers: list[DiskTier], need: DiskNeed) -> list[DiskTier] | Issue:
    """Every tier that meets size, IOPS and throughput, or the first of them that none meets."""
    large_enough = [tier for tier in tiers if tier.max_size_gib >= need.size_gib]
    if not large_enough:
        return Issue.DISK_TOO_LARGE
    quick_enough = [tier for tier in large_enough if tier.max_iops >= need.iops]
    if not quick_enough:
        return Issue.DISK_IOPS
    wide_enough = [tier for tier in quick_enough if tier.max_mb_per_second >= need.mb_per_second]
    return wide_enough or Issue.DISK_THROUGHPUT


def _cheapest(offers: Iterable[DiskOffer]) -> DiskOffer:
    """Lowest cost, then smaller, then in the order of types; without any price the first type."""
    candidates = sorted(offers, key=lambda offer: _TIE_ORDER[offer.disk_type])
    priced = [(offer.usd_per_month, offer) for offer in candidates if offer.usd_per_month is not None]
    if not priced:
        return candidates[0]
    return min(priced, key=lambda pair: (pair[0], pair[1].size_gib))[1]
