"""The catalogue: what Azure offers, where, and at which list price. Values and look-ups only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Licence(StrEnum):
    """What the price of a size includes."""

    LINUX = "linux"
    """The machine alone, no licence of RHEL or SLES."""
    WINDOWS = "windows"


class Term(StrEnum):
    PAY_AS_YOU_GO = "payg"
    RESERVED_1_YEAR = "ri1y"
    RESERVED_3_YEARS = "ri3y"
    SAVINGS_PLAN_1_YEAR = "sp1y"
    SAVINGS_PLAN_3_YEARS = "sp3y"


class DiskType(StrEnum):
    """Managed disk types, declared in the order that breaks ties of cost."""

    STANDARD_HDD = "Standard"
    STANDARD_SSD = "StandardSSD"
    PREMIUM_SSD = "Premium"
    PREMIUM_SSD_V2 = "PremiumV2"
    ULTRA = "Ultra"


class Redundancy(StrEnum):
    LRS = "LRS"
    ZRS = "ZRS"


@dataclass(frozen=True, slots=True)
class VmSize:
    """Capabilities of one size; None means that the catalogue does not know."""

    name: str
    series: str
    vcpus: int
    memory_gib: float | None
    is_constrained: bool
    max_data_disks: int
    max_nics: int | None
    premium_io: bool
    uncached_iops: float | None
    uncached_mb_per_second: float | None
    v2_ultra_iops: float | None
    v2_ultra_mb_per_second: float | None
    network_mbit_per_second: float | None
    cpu_architecture: str
    boots_bios: bool
    boots_uefi: bool
    retires: str | None = None
    """When Azure retires the series, such as "November 2028"; None where nothing is announced."""


@dataclass(frozen=True, slots=True)
class DiskTier:
    """A fixed tier such as P30, or the limits of a type that is provisioned freely (tier "")."""

    disk_type: DiskType
    redundancy: Redundancy
    tier: str
    min_size_gib: int
    max_size_gib: int
    max_iops: int
    max_mb_per_second: int


@dataclass(frozen=True, slots=True)
class Price:
    usd: Decimal
    as_of: date


@dataclass(frozen=True, slots=True)
class ProvisionedPrices:
    """Prices per hour of a disk type whose size, IOPS and throughput are set freely."""

    usd_per_gib_hour: Decimal
    usd_per_iops_hour: Decimal
    usd_per_mb_per_second_hour: Decimal
    as_of: date


@dataclass(frozen=True, slots=True)
class CurrencyRate:
    per_usd: Decimal
    as_of: date


@dataclass(frozen=True, slots=True)
class OsLifecycle:
    """Until when the vendor supports a version; paid extensions are left aside."""

    active_until: date | None
    """Last day of mainstream support; None where the vendor tells no such day."""
    ends_on: date


@dataclass(frozen=True, slots=True)
class SourceLabel:
    """Where figures come from, and under which licence."""

    label: str
    origin: str
    licence: str


@dataclass(frozen=True)
class Catalogue:
    """One dated snapshot. Everything is keyed by Azure's own names.

    Attributes:
        content_hash: SHA-256 of the snapshot's canonical content.
        regions: Region name to display name.
        sizes_in_region: Names of the sizes that Azure lists in a region.
        vm_prices: USD per hour by (region, licence, term), then by size name.
        disk_redundancies_in_region: Which type is listed in a region, with which redundancies.
        disk_prices: USD per month of a fixed tier by (type, redundancy, tier, region).
        provisioned_prices: By (type, region).
        reservation_ratios: Statistics, not prices: the median of a term's price over Linux pay-as-you-go,
            by (series, region, term). Only estimates beside a result are made from them.
        windows_surcharges: A statistic likewise: the median over regions of Windows less Linux
            pay-as-you-go, in USD per hour by size name.
        os_lifecycles: By (product, version), in the words of `surveyor_inventory.guest_os`.
    """

    content_hash: str
    sizes: Mapping[str, VmSize]
    regions: Mapping[str, str]
    sizes_in_region: Mapping[str, frozenset[str]]
    vm_prices: Mapping[tuple[str, Licence, Term], Mapping[str, Price]]
    disk_tiers: tuple[DiskTier, ...]
    disk_redundancies_in_region: Mapping[str, frozenset[tuple[DiskType, Redundancy]]]
    disk_prices: Mapping[tuple[DiskType, Redundancy, str, str], Price]
    provisioned_prices: Mapping[tuple[DiskType, str], ProvisionedPrices]
    currency_rates: Mapping[str, CurrencyRate]
    sources: tuple[SourceLabel, ...] = field(default=())
    reservation_ratios: Mapping[tuple[str, str, Term], Decimal] = field(default_factory=dict)
    windows_surcharges: Mapping[str, Decimal] = field(default_factory=dict)
    os_lifecycles: Mapping[tuple[str, str], OsLifecycle] = field(default_factory=dict)

    def hourly_prices(self, region: str, licence: Licence, term: Term) -> Mapping[str, Price]:
        """Price per hour of every size that has one."""
        return self.vm_prices.get((region, licence, term), {})

    @property
    def newest_price(self) -> date:
        return max(price.as_of for price in self._all_vm_prices())

    @property
    def oldest_price(self) -> date:
        return min(price.as_of for price in self._all_vm_prices())

    def _all_vm_prices(self) -> list[Price]:
        return [price for prices in self.vm_prices.values() for price in prices.values()]
