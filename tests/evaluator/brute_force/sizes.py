"""Virtual machine sizes: one filter after the other over all of them, then the cheapest."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.evaluator.brute_force.request import Request
from tests.evaluator.brute_force.tables import SIZES, SIZES_IN_REGION, USD_PER_HOUR

CONSTRAINED = re.compile(r"-\d+")
SERIES_OF_FAMILY = {
    "M": ("M", "Ms", "Mm", "Mms", "Mls", "Mts"),
    "Mv2": ("Msv2", "Mmsv2", "Mimsv2", "Misv2"),
    "Msv2": ("Msv2", "Mmsv2", "Mimsv2", "Misv2"),
    "Mdsv2": ("Mdsv2", "Mdmsv2", "Midmsv2", "Midsv2"),
    "DC": ("DCsv2", "DCv2"),
}


@dataclass(frozen=True)
class ComputeNeed:
    """What the size must give; `boot` is bios, uefi or None for unknown."""

    cores: float
    memory_gib: float
    boot: str | None
    data_disks: int
    any_premium: bool
    any_v2_or_ultra: bool
    iops: float
    mb_per_second: float
    nics: int
    network_mbit_per_second: float


@dataclass(frozen=True)
class SizeAnswer:
    """The winner, or the name of the filter's issue that left nothing."""

    size: str | None
    usd_per_hour: Decimal | None
    issue: str | None
    limits_unknown: bool = False


def evaluate_size(need: ComputeNeed, request: Request, *, windows: bool) -> SizeAnswer:
    """Filter in the documented order and take the cheapest."""
    left: Iterable[str] = sorted(SIZES_IN_REGION.get(request.region, set()) & set(SIZES))
    for issue, keeps in _filters(need, request, windows=windows):
        left = [size for size in left if keeps(size)]
        if not left:
            return SizeAnswer(None, None, issue)
    known = [size for size in left if not _unknown_limits(size, need)]
    chosen = min(known or left, key=lambda size: _rank(size, request, windows=windows))
    return SizeAnswer(chosen, usd_per_hour(chosen, request, windows=windows), None, not known)


def usd_per_hour(size: str, request: Request, *, windows: bool) -> Decimal | None:
    """The rate under the savings option; Windows with its licence unless the owner has one."""

    def price(system: str, term: str) -> Decimal | None:
        return USD_PER_HOUR.get((size, request.region, system, term))

    if not windows or request.windows_licence_owned:
        return price("linux", request.term)
    listed = price("windows", request.term)
    if listed is not None or request.term == "payg":
        return listed
    reserved, with_licence, without = (
        price("linux", request.term),
        price("windows", "payg"),
        price("linux", "payg"),
    )
    if reserved is None or with_licence is None or without is None:
        return None
    return reserved + with_licence - without


def _filters(
    need: ComputeNeed, request: Request, *, windows: bool
) -> list[tuple[str, Callable[[str], bool]]]:
    generation = {"bios": "V1", "uefi": "V2"}.get(need.boot or "")

    def holds(size: str) -> bool:
        row = SIZES[size]
        boots = generation is None or generation in row["hyperv_generations"].split("+")
        return int(row["vcpus"]) >= need.cores and float(row["memory_gib"]) >= need.memory_gib and boots

    def takes_disks(size: str) -> bool:
        row = SIZES[size]
        premium = not need.any_premium or row["premium_io"] == "yes"
        return int(row["max_data_disks"]) >= need.data_disks and premium

    def stores(size: str) -> bool:
        iops, mbps = _storage_limits(size, need)
        return _suffices(need.iops, iops) and _suffices(need.mb_per_second, mbps)

    def sends(size: str) -> bool:
        return _suffices(need.network_mbit_per_second, limit(size, "network_mbps"))

    tier_issue = "NoVmSizeForBasicPricingTier" if request.basic_tier else "NoVmSizeForStandardPricingTier"
    return [
        ("NoVmSizeForSelectedAzureLocation", lambda size: True),
        ("NoVmSizeInSelectedFamilyFound", lambda size: is_chosen(size, request)),
        (tier_issue, lambda size: size.startswith("Basic_") == request.basic_tier),
        ("NoSuitableVmSizeFound", holds),
        ("NoSuitableVmSizeFound", takes_disks),
        ("NoVmSizeSupportsStoragePerformance", stores),
        ("NoSuitableVmSizeFound", lambda size: _suffices(need.nics, limit(size, "max_nics"))),
        ("NoVmSizeSupportsNetworkPerformance", sends),
        (
            "NoVmSizeFoundForOfferCurrencyReservedInstance",
            lambda size: request.has_prices and usd_per_hour(size, request, windows=windows) is not None,
        ),
    ]


def is_chosen(size: str, request: Request) -> bool:
    """Families as named, or all but the burstable, accelerated, confidential and promotional ones."""
    row = SIZES[size]
    if row["memory_gib"] == "" or row["cpu_arch"] == "Arm64":
        return False
    if request.families:
        return any(is_of_family(size, family.removesuffix("_series")) for family in request.families)
    series = row["series"]
    if series.startswith(("B", "N", "H", "PB")) or size.endswith("_Promo"):
        return False
    return request.confidential or not series.startswith(("DC", "EC"))


def is_of_family(size: str, family: str) -> bool:
    """Whether a family of the API's list holds a size of the catalogue."""
    series = SIZES[size]["series"]
    if family == "Basic_A0_A4":
        return size.startswith("Basic_A")
    if family in ("Standard_A0_A7", "Standard_A8_A11"):
        return series == "A" and size.startswith("Standard_")
    if family in SERIES_OF_FAMILY:
        return series in SERIES_OF_FAMILY[family]
    without_isolation = re.sub(r"^([A-Z]+)i", r"\1", series)
    return family in (series, without_isolation)


def limit(size: str, column: str) -> float | None:
    """A limit; a constrained size takes from its parent what its own row lacks."""
    text = SIZES[size][column]
    if text == "" and CONSTRAINED.search(size):
        text = SIZES.get(CONSTRAINED.sub("", size), {}).get(column, "")
    return float(text) if text else None


def _storage_limits(size: str, need: ComputeNeed) -> tuple[float | None, float | None]:
    limits = []
    for plain, raised in (("uncached_iops", "v2ultra_iops"), ("uncached_mbps", "v2ultra_mbps")):
        special = limit(size, raised) if need.any_v2_or_ultra else None
        limits.append(special if special is not None else limit(size, plain))
    return limits[0], limits[1]


def _suffices(needed: float, limit: float | None) -> bool:
    return needed == 0 or limit is None or limit >= needed


def _unknown_limits(size: str, need: ComputeNeed) -> bool:
    iops, mbps = _storage_limits(size, need)
    pairs = (
        (need.iops, iops),
        (need.mb_per_second, mbps),
        (need.nics, limit(size, "max_nics")),
        (need.network_mbit_per_second, limit(size, "network_mbps")),
    )
    return any(needed > 0 and known is None for needed, known in pairs)


def _rank(size: str, request: Request, *, windows: bool) -> tuple[Decimal, bool, int, float, str]:
    usd = usd_per_hour(size, request, windows=windows)
    assert usd is not None
    row = SIZES[size]
    constrained = CONSTRAINED.search(size) is not None
    return usd, constrained, int(row["vcpus"]), float(row["memory_gib"]), size
