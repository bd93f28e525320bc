"""The percentile of a series."""

from collections.abc import Sequence


def nearest_rank(values: Sequence[float], percentile: int) -> float | None:
    """Return the smallest value that at least `percentile` per cent of the values do not exceed.

    Args:
        values: In any order; empty gives None.
        percentile: From 1 to 100.

    There is no interpolation: of N ascending values it is number ceil(P x N / 100), counting from 1.
    Azure Migrate does not document its method; ADR 0011 says why this one.
    """
    if not values:
        return None
    rank = (percentile * len(values) + 99) // 100
    return sorted(values)[rank - 1]
