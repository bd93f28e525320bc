"""The sizes that one set of settings leaves, as arrays in order of preference.

A pool is built once per settings and licence and then asked per machine: a few comparisons of whole
arrays, so that tens of thousands of machines take seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from assessor.domain.catalogue import Catalogue, Licence, VmSize
from assessor.domain.families import considered_by_default, in_family, is_basic
from assessor.domain.issues import Issue
from assessor.domain.rates import HourlyRate, hourly_rates
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import PricingTier, VmSecurityOption

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]
_NO_PRICE = Decimal("Infinity")


@dataclass(frozen=True, eq=False)
class CandidatePool:
    """Sizes after region, family and pricing tier, cheapest first; those without a rate stand last.

    Arrays are parallel to `sizes`; NaN is a limit that the catalogue does not know.
    `empty_because` says which of those three filters left nothing. `neighbours` holds for each size
    the positions of the next smaller and the next larger one of its series, if any.
    """

    sizes: tuple[VmSize, ...]
    rates: tuple[HourlyRate | None, ...]
    neighbours: tuple[tuple[int | None, int | None], ...]
    empty_because: Issue | None
    vcpus: Floats
    memory_gib: Floats
    max_data_disks: Floats
    max_nics: Floats
    premium_io: Flags
    uncached_iops: Floats
    uncached_mb_per_second: Floats
    v2_ultra_iops: Floats
    v2_ultra_mb_per_second: Floats
    network_mbit_per_second: Floats
    boots_bios: Flags
    boots_uefi: Flags
    has_rate: Flags
    series_codes: Codes
    """Equal for sizes of one series."""


def candidate_pool(
    catalogue: Catalogue,
    settings: AssessmentSettings,
    licence: Licence,
    allow: Callable[[VmSize], bool] = lambda _: True,
) -> CandidatePool:
    """Filter the catalogue by what does not depend on a machine, and sort it by cost.

    Args:
        allow: False for sizes that the owner's rules leave out.
    """
    sizes, empty_because = _filtered(catalogue, settings, allow)
    rates = hourly_rates(catalogue, settings, licence)
    ordered = sorted(sizes, key=lambda size: _preference(size, rates.get(size.name)))
    kept = tuple(rates.get(size.name) for size in ordered)
    limits = np.array([_limits(size) for size in ordered], dtype=np.float64).reshape(len(ordered), 9)
    flags = np.array([_flags(size) for size in ordered], dtype=np.bool_).reshape(len(ordered), 3)
    return CandidatePool(
        tuple(ordered),
        kept,
        _neighbours(ordered),
        empty_because,
        vcpus=limits[:, 0],
        memory_gib=limits[:, 1],
        max_data_disks=limits[:, 2],
        max_nics=limits[:, 3],
        uncached_iops=limits[:, 4],
        uncached_mb_per_second=limits[:, 5],
        v2_ultra_iops=limits[:, 6],
        v2_ultra_mb_per_second=limits[:, 7],
        network_mbit_per_second=limits[:, 8],
        premium_io=flags[:, 0],
        boots_bios=flags[:, 1],
        boots_uefi=flags[:, 2],
        has_rate=np.array([rate is not None for rate in kept], dtype=np.bool_),
        series_codes=_codes([size.series for size in ordered]),
    )


def _filtered(
    catalogue: Catalogue, settings: AssessmentSettings, allow: Callable[[VmSize], bool]
) -> tuple[list[VmSize], Issue | None]:
    listed = catalogue.sizes_in_region.get(settings.azure_location, frozenset())
    in_location = [catalogue.sizes[name] for name in sorted(listed)]
    if not in_location:
        return [], Issue.NO_SIZE_IN_LOCATION
    in_families = [size for size in in_location if _is_chosen(size, settings) and allow(size)]
    if not in_families:
        return [], Issue.NO_SIZE_IN_FAMILY
    wants_basic = settings.azure_pricing_tier is PricingTier.BASIC
    in_tier = [size for size in in_families if is_basic(size) is wants_basic]
    if not in_tier:
        return [], Issue.NO_SIZE_FOR_BASIC_TIER if wants_basic else Issue.NO_SIZE_FOR_STANDARD_TIER
    return in_tier, None


def _is_chosen(size: VmSize, settings: AssessmentSettings) -> bool:
    """Sources are x64, and a size of unknown memory fits nothing: those two are never chosen."""
    if size.memory_gib is None or size.cpu_architecture == "Arm64":
        return False
    if settings.azure_vm_families:
        return any(in_family(size, family) for family in settings.azure_vm_families)
    confidential = VmSecurityOption.CONFIDENTIAL in settings.azure_vm_security_options
    return considered_by_default(size, confidential=confidential)


def _preference(size: VmSize, rate: HourlyRate | None) -> tuple[Decimal, bool, int, float, str]:
    """Cost; then full before constrained sizes, fewer vCPUs, less memory, name."""
    usd = rate.usd if rate is not None else _NO_PRICE
    return (usd, size.is_constrained, size.vcpus, size.memory_gib or 0.0, size.name)


def _limits(size: VmSize) -> list[float]:
    known_or_nan = (
        size.vcpus,
        size.memory_gib,
        size.max_data_disks,
        size.max_nics,
        size.uncached_iops,
        size.uncached_mb_per_second,
        size.v2_ultra_iops,
        size.v2_ultra_mb_per_second,
        size.network_mbit_per_second,
    )
    return [float("nan") if value is None else float(value) for value in known_or_nan]


def _flags(size: VmSize) -> list[bool]:
    return [size.premium_io, size.boots_bios, size.boots_uefi]


def _codes(series: list[str]) -> Codes:
    code_by_series = {name: code for code, name in enumerate(sorted(set(series)))}
    return np.array([code_by_series[name] for name in series], dtype=np.intp)


def _neighbours(ordered: list[VmSize]) -> tuple[tuple[int | None, int | None], ...]:
    """Nearest vCPU counts below and above within the series; full sizes only, the cheapest of each."""
    by_series: dict[str, dict[int, int]] = {}
    for position, size in enumerate(ordered):
        if not size.is_constrained:
            by_series.setdefault(size.series, {}).setdefault(size.vcpus, position)
    return tuple(_nearest(by_series.get(size.series, {}), size.vcpus) for size in ordered)


def _nearest(position_by_vcpus: dict[int, int], vcpus: int) -> tuple[int | None, int | None]:
    below = max((count for count in position_by_vcpus if count < vcpus), default=None)
    above = min((count for count in position_by_vcpus if count > vcpus), default=None)
    return (
        None if below is None else position_by_vcpus[below],
        None if above is None else position_by_vcpus[above],
    )
