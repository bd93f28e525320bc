"""How often, and for how long, a series lies above a limit.

The one counting rule of the back-test: over 10-minute peaks of a whole run and over raw samples of one
machine alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PERCENT_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Exceedance:
    """Counts of points; `longest_above` is the longest run of neighbours above the limit."""

    measured: int
    above: int
    longest_above: int

    @property
    def percent_above(self) -> float | None:
        """Share of the measured points, 0 to 100; None where nothing was measured."""
        return round(100 * self.above / self.measured, _PERCENT_DECIMALS) if self.measured else None


def count_exceedance(points: Iterable[float | None], threshold: float) -> Exceedance:
    """Count the points above `threshold`.

    Args:
        points: At equal distances in time and in its order; None was not measured and ends a run.
        threshold: A point that equals it is not above.
    """
    measured = above = longest = run = 0
    for point in points:
        measured += point is not None
        run = run + 1 if point is not None and point > threshold else 0
        above += run > 0
        longest = max(longest, run)
    return Exceedance(measured, above, longest)


def added_up(series: Iterable[Sequence[float | None]]) -> list[float | None]:
    """Add series point by point; a point is None where none of them was measured.

    Raises:
        ValueError: The series differ in length.
    """
    points = zip(*series, strict=True)
    return [_sum([value for value in values if value is not None]) for values in points]


def _sum(values: list[float]) -> float | None:
    return sum(values) if values else None
