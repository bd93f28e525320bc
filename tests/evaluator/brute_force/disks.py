"""One disk: every type that is allowed, every tier of it, the cheapest that fits."""

import math
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.evaluator.brute_force.request import Request, at_percentile, need
from tests.evaluator.brute_force.tables import DISK_LIMITS, DISK_SKUS_IN_REGIONS, DISK_TIERS, DISK_USD

TYPE_NAMES = {
    "Standard": "Standard HDD",
    "StandardSSD": "Standard SSD",
    "Premium": "Premium SSD",
    "PremiumV2": "Premium SSD v2",
    "Ultra": "Ultra Disk",
}
PREFERENCE = list(TYPE_NAMES.values())
PROVISIONED = ("Premium SSD v2", "Ultra Disk")
LISTED_REGIONS = {region for _, region in DISK_SKUS_IN_REGIONS}
HOURS = 744
COUNTERS = {
    "read_iops": "NumberOfReadOperationsPerSecondMissing",
    "write_iops": "NumberOfWriteOperationsPerSecondMissing",
    "read_mb_per_second": "MegabytesPerSecondOfReadMissing",
    "write_mb_per_second": "MegabytesPerSecondOfWriteMissing",
}


@dataclass(frozen=True)
class Offer:
    """One disk that could be bought; `usd` a month, None where no price is known."""

    disk_type: str
    sku: str
    size_gib: int
    iops: int
    mb_per_second: int
    usd: Decimal | None


@dataclass
class DiskAnswer:
    """What becomes of a disk."""

    iops: float = 0.0
    mb_per_second: float = 0.0
    data_issues: set[str] = field(default_factory=set)
    offer: Offer | None = None
    issues: set[str] = field(default_factory=set)
    """Any of these is a right reason; the documents do not order the reasons of several types."""


def evaluate_disk(disk: dict[str, Any], request: Request, *, holds_system: bool) -> DiskAnswer:
    """Choose the disk, or say why there is none."""
    answer = DiskAnswer()
    measured = _measure(disk, request, answer)
    types = _types(request, holds_system=holds_system, unmeasured=request.performance_based and not measured)
    if not types:
        answer.issues = {"DiskTypeNotSupportedForOsDisk"}
        return answer
    offers: list[Offer] = []
    for disk_type in types:
        found = _offer(disk_type, disk["size_gib"], answer.iops, answer.mb_per_second, request)
        if isinstance(found, Offer):
            offers.append(found)
        else:
            answer.issues.add(found)
    if offers:
        answer.offer, answer.issues = _cheapest(offers), set()
    return answer


def _measure(disk: dict[str, Any], request: Request, answer: DiskAnswer) -> bool:
    """Fill in the needs; returns whether at least one of the four counters was measured."""
    if not request.performance_based:
        return False
    values = {counter: at_percentile(disk.get(counter), request.percentile) for counter in COUNTERS}
    answer.data_issues = {COUNTERS[counter] for counter, value in values.items() if value is None}
    known = {counter: value or 0 for counter, value in values.items()}
    answer.iops = need((known["read_iops"] + known["write_iops"]) * request.factor)
    answer.mb_per_second = need((known["read_mb_per_second"] + known["write_mb_per_second"]) * request.factor)
    return len(answer.data_issues) < len(COUNTERS)


def _types(request: Request, *, holds_system: bool, unmeasured: bool) -> list[str]:
    wanted = set(request.disk_types)
    if "StandardOrPremium" in wanted:
        automatic = (
            {"Standard SSD"} if unmeasured else {"Standard HDD", "Standard SSD", "Premium SSD", "Ultra Disk"}
        )
        extra = set() if unmeasured else {TYPE_NAMES[name] for name in wanted - {"StandardOrPremium"}}
        types = automatic | extra
    elif wanted == {"Premium", "PremiumV2"}:
        only_premium = holds_system or request.redundancy == "ZRS"
        types = {"Premium SSD"} if only_premium else {"Premium SSD v2"}
    else:
        types = {TYPE_NAMES[name] for name in wanted}
    return [name for name in PREFERENCE if name in types and not (holds_system and name in PROVISIONED)]


def _offer(disk_type: str, gib: float, iops: float, mbps: float, request: Request) -> Offer | str:
    if disk_type in PROVISIONED:
        return _provisioned(disk_type, gib, iops, mbps, request)
    tiers = DISK_TIERS[disk_type, "LRS"]
    large_enough = [tier for tier in tiers if int(tier["max_size_gib"]) >= gib]
    if not large_enough:
        return "DiskSizeGreaterThanSupported"
    quick_enough = [tier for tier in large_enough if int(tier["iops"]) >= iops]
    if not quick_enough:
        return "NoSuitableDiskSizeForIops"
    if not any(int(tier["mbps"]) >= mbps for tier in quick_enough):
        return "NoSuitableDiskSizeForThroughput"
    return _tier(disk_type, gib, iops, mbps, request)


def _tier(disk_type: str, gib: float, iops: float, mbps: float, request: Request) -> Offer | str:
    def fitting(redundancy: str | None) -> list[dict[str, str]]:
        return [
            tier
            for tier in DISK_TIERS.get((disk_type, redundancy or ""), [])
            if int(tier["max_size_gib"]) >= gib
            and int(tier["iops"]) >= iops
            and int(tier["mbps"]) >= mbps
            and (tier["arm_sku"], request.region) in DISK_SKUS_IN_REGIONS
        ]

    if not fitting("LRS"):
        return "NoDiskSizeFoundInSelectedLocation"
    tiers = fitting(request.redundancy)
    if not tiers:
        return "NoDiskSizeFoundForSelectedRedundancy"
    tier = tiers[0]
    usd = DISK_USD.get((disk_type, request.redundancy or "", tier["tier"], "disk", request.region))
    sku = f"{tier['arm_sku'].split('_')[0]}_{tier['tier']}"
    return Offer(disk_type, sku, int(tier["max_size_gib"]), int(tier["iops"]), int(tier["mbps"]), usd)


def _provisioned(disk_type: str, gib: float, iops: float, mbps: float, request: Request) -> Offer | str:
    is_ultra = disk_type == "Ultra Disk"
    size, set_iops, set_mbps = _ultra(gib, iops, mbps) if is_ultra else _premium_v2(gib, iops, mbps)
    limits = DISK_LIMITS[disk_type]
    if gib > int(limits["max_size_gib"]):
        return "DiskSizeGreaterThanSupported"
    if iops > int(limits["iops"]):
        return "NoSuitableDiskSizeForIops"
    if set_iops > int(limits["iops"]) or set_mbps > int(limits["mbps"]):
        return "NoSuitableDiskSizeForThroughput"
    if size > int(limits["max_size_gib"]):
        return "NoSuitableDiskSizeForIops"
    if request.redundancy != "LRS":
        return "NoDiskSizeFoundForSelectedRedundancy"
    usd = _usd_a_month(disk_type, size, set_iops, set_mbps, request.region)
    return Offer(disk_type, "Ultra" if is_ultra else "PremiumV2", size, set_iops, set_mbps, usd)


def _ultra(gib: float, iops: float, mbps: float) -> tuple[int, int, int]:
    set_iops = max(100, math.ceil(max(iops, need(4 * mbps))))
    set_mbps = max(1, math.ceil(mbps))
    size = max(4, math.ceil(gib), math.ceil(set_iops / 1000), math.ceil(set_mbps / 250))
    return size, set_iops, set_mbps


def _premium_v2(gib: float, iops: float, mbps: float) -> tuple[int, int, int]:
    set_iops = max(3000, math.ceil(iops), math.ceil(need(4 * mbps)) if mbps > 750 else 0)
    set_mbps = max(125, math.ceil(mbps))
    size = max(1, math.ceil(gib), math.ceil(set_iops / 500) if set_iops > 3000 else 0)
    return size, set_iops, set_mbps


def _usd_a_month(disk_type: str, gib: int, iops: int, mbps: int, region: str) -> Decimal | None:
    items = ("Provisioned Capacity", "Provisioned IOPS", "Provisioned Throughput (MBps)")
    prices = [DISK_USD.get((disk_type, "LRS", "", item, region)) for item in items]
    if disk_type == "Premium SSD v2":
        iops, mbps = max(0, iops - 3000), max(0, mbps - 125)
    total = Decimal(0)
    for price, amount in zip(prices, (gib, iops, mbps), strict=True):
        if price is None:
            return None
        total += price * amount
    return total * HOURS


def _cheapest(offers: list[Offer]) -> Offer:
    """Cheapest, then smaller, then by type; without any price the first type that fits."""
    priced = [
        (offer.usd, offer.size_gib, PREFERENCE.index(offer.disk_type), offer)
        for offer in offers
        if offer.usd is not None
    ]
    return min(priced, key=lambda each: each[:3])[3] if priced else offers[0]
