"""Premium SSD v2 and Ultra: disks whose size, IOPS and throughput are set freely.

Source: "Azure managed disk types" (Azure Virtual Machines documentation, 2026-08-11); the way to
provision an Ultra disk, Azure Migrate "Azure VM assessments" (2025-02-06). Upper limits are the
catalogue's; how IOPS and throughput hang on size and on each other is here.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from assessor.domain.catalogue import DiskTier, DiskType, ProvisionedPrices
from assessor.domain.requirement import DiskNeed

HOURS_PER_MONTH = 744

_IOPS_PER_MB_PER_SECOND = 4
_ULTRA_MIN_IOPS = 100
_ULTRA_MIN_MB_PER_SECOND = 1
_ULTRA_IOPS_PER_GIB = 1_000
_ULTRA_MB_PER_SECOND_PER_GIB = 250
_V2_FREE_IOPS = 3_000
_V2_FREE_MB_PER_SECOND = 125
_V2_MB_PER_SECOND_AT_FREE_IOPS = 750
_V2_IOPS_PER_GIB = 500


@dataclass(frozen=True, slots=True)
class Provision:
    """What a disk is set to; for a fixed tier, what the tier gives."""

    size_gib: int
    iops: int
    mb_per_second: int


def provision_ultra(need: DiskNeed, limits: DiskTier) -> Provision | None:
    """Set an Ultra disk to a need; None when that is beyond its limits.

    An Ultra disk gives 1,000 IOPS per GiB and 1 MB/s per four IOPS.
    """
    iops = max(_ULTRA_MIN_IOPS, ceil(max(need.iops, _IOPS_PER_MB_PER_SECOND * need.mb_per_second)))
    mb_per_second = max(_ULTRA_MIN_MB_PER_SECOND, ceil(need.mb_per_second))
    size_gib = max(
        limits.min_size_gib,
        ceil(need.size_gib),
        ceil(iops / _ULTRA_IOPS_PER_GIB),
        ceil(mb_per_second / _ULTRA_MB_PER_SECOND_PER_GIB),
    )
    return _within(Provision(size_gib, iops, mb_per_second), limits)


def provision_premium_v2(need: DiskNeed, limits: DiskTier) -> Provision | None:
    """Set a Premium SSD v2 disk to a need; None when that is beyond its limits.

    3,000 IOPS and 125 MB/s are included at any size; more IOPS need 1 GiB for each 500, and more than
    750 MB/s needs four IOPS for each MB/s.
    """
    iops = max(_V2_FREE_IOPS, ceil(need.iops))
    if need.mb_per_second > _V2_MB_PER_SECOND_AT_FREE_IOPS:
        iops = max(iops, ceil(_IOPS_PER_MB_PER_SECOND * need.mb_per_second))
    mb_per_second = max(_V2_FREE_MB_PER_SECOND, ceil(need.mb_per_second))
    size_gib = max(limits.min_size_gib, ceil(need.size_gib))
    if iops > _V2_FREE_IOPS:
        size_gib = max(size_gib, ceil(iops / _V2_IOPS_PER_GIB))
    return _within(Provision(size_gib, iops, mb_per_second), limits)


def monthly_usd(disk_type: DiskType, provision: Provision, prices: ProvisionedPrices) -> Decimal:
    """Price a provision for a month of 744 hours; what Premium SSD v2 includes is not billed."""
    is_v2 = disk_type is DiskType.PREMIUM_SSD_V2
    billed_iops = provision.iops - (_V2_FREE_IOPS if is_v2 else 0)
    billed_mb_per_second = provision.mb_per_second - (_V2_FREE_MB_PER_SECOND if is_v2 else 0)
    per_hour = (
        provision.size_gib * prices.usd_per_gib_hour
        + billed_iops * prices.usd_per_iops_hour
        + billed_mb_per_second * prices.usd_per_mb_per_second_hour
    )
    return per_hour * HOURS_PER_MONTH


def _within(provision: Provision, limits: DiskTier) -> Provision | None:
    fits = (
        provision.size_gib <= limits.max_size_gib
        and provision.iops <= limits.max_iops
        and provision.mb_per_second <= limits.max_mb_per_second
    )
    return provision if fits else None
