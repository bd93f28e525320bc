"""Why this size: which dimension decides, and what the neighbours in its series would mean."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from assessor.domain.candidates import CandidatePool
from assessor.domain.catalogue import VmSize
from assessor.domain.compute import ComputeNeed, LimitTest, SizeChoice
from assessor.domain.machine import BootType


@dataclass(frozen=True, slots=True)
class DimensionUse:
    """One need beside the recommended size's limit; None means a limit that is not known."""

    name: str
    need: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The next smaller or larger size of the series, and why it was not taken.

    Attributes:
        too_small_in: Dimensions whose need is above its limit.
        unknown_in: Dimensions that the machine uses and of which the size's limit is not known.
        refusal: What else speaks against it: firmware, or no premium storage; None for nothing.
    """

    size: VmSize
    usd_per_hour: Decimal | None
    too_small_in: tuple[str, ...]
    unknown_in: tuple[str, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class SizeExplanation:
    """`binding` is the dimension that fills the recommended size most."""

    dimensions: tuple[DimensionUse, ...]
    binding: str | None
    next_smaller: Neighbour | None
    next_larger: Neighbour | None


def explain(pool: CandidatePool, need: ComputeNeed, choice: SizeChoice) -> SizeExplanation:
    """Set each need of a machine against the chosen size and its neighbours."""
    uses = tuple(
        DimensionUse(test.name, test.need, _known(float(test.limits[choice.index]))) for test in choice.tests
    )
    smaller, larger = pool.neighbours[choice.index]
    return SizeExplanation(
        dimensions=uses,
        binding=_binding(uses),
        next_smaller=_neighbour(pool, need, choice.tests, smaller),
        next_larger=_neighbour(pool, need, choice.tests, larger),
    )


def _binding(uses: tuple[DimensionUse, ...]) -> str | None:
    shares = [(use.need / use.limit, use.name) for use in uses if use.limit and use.need > 0]
    return max(shares, key=lambda share: share[0])[1] if shares else None


def _neighbour(
    pool: CandidatePool, need: ComputeNeed, limit_tests: Iterable[LimitTest], index: int | None
) -> Neighbour | None:
    if index is None:
        return None
    rate = pool.rates[index]
    tests = [test for test in limit_tests if test.need > 0]
    return Neighbour(
        size=pool.sizes[index],
        usd_per_hour=rate.usd if rate else None,
        too_small_in=tuple(test.name for test in tests if test.limits[index] < test.need),
        unknown_in=tuple(test.name for test in tests if np.isnan(test.limits[index])),
        refusal=_refusal(pool, need, index),
    )


def _refusal(pool: CandidatePool, need: ComputeNeed, index: int) -> str | None:
    if need.boot_type is BootType.BIOS and not pool.boots_bios[index]:
        return "does not start from BIOS"
    if need.boot_type is BootType.UEFI and not pool.boots_uefi[index]:
        return "does not start from UEFI"
    if need.needs_premium_io and not pool.premium_io[index]:
        return "has no premium storage"
    return None


def _known(limit: float) -> float | None:
    return None if np.isnan(limit) else limit
