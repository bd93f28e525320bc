"""Why this size: which dimension decides, and what the neighbours in its series would mean."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from assessor.domain.candidates import CandidatePool
from assessor.domain.compute import ComputeNeed, SizeChoice, limit_tests


@dataclass(frozen=True, slots=True)
class DimensionUse:
    """One need beside the recommended size's limit; None means a limit that is not known."""

    name: str
    need: float
    limit: float | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The next smaller or larger size of the series; `too_small_in` is empty where it would fit."""

    name: str
    usd_per_hour: Decimal | None
    too_small_in: tuple[str, ...]


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
        DimensionUse(test.name, test.need, _known(float(test.limits[choice.index])))
        for test in limit_tests(pool, need)
    )
    smaller, larger = pool.neighbours[choice.index]
    return SizeExplanation(
        dimensions=uses,
        binding=_binding(uses),
        next_smaller=_neighbour(pool, need, smaller),
        next_larger=_neighbour(pool, need, larger),
    )


def _binding(uses: tuple[DimensionUse, ...]) -> str | None:
    shares = [(use.need / use.limit, use.name) for use in uses if use.limit and use.need > 0]
    return max(shares, key=lambda share: share[0])[1] if shares else None


def _neighbour(pool: CandidatePool, need: ComputeNeed, index: int | None) -> Neighbour | None:
    if index is None:
        return None
    rate = pool.rates[index]
    too_small = tuple(test.name for test in limit_tests(pool, need) if test.limits[index] < test.need)
    return Neighbour(pool.sizes[index].name, rate.usd if rate else None, too_small)


def _known(limit: float) -> float | None:
    return None if np.isnan(limit) else limit
