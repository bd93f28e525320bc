"""Which samples are whole numbers in disguise: `units * numerator / denominator`.

A source counts in whole numbers, mostly; as such they take less than half of what doubles take. A scale
counts when it gives each of a row's values back to the last bit. Where none does, the row keeps its doubles.
"""

import numpy

from normalizer.domain.performance.packed import METRICS, Flags, Floats, Positions, Scales, WholeNumbers

LARGEST_EXACT = 9e15
"""About 2^53, the end of a double's whole numbers."""
LARGEST_NUMERATOR, LARGEST_DENOMINATOR = 2**16 - 1, 2**32 - 1
BY_UNIT: dict[str, tuple[tuple[int, int], ...]] = {
    "mb_per_second": ((1024, 1_000_000), (1, 1_000_000), (1, 1_000_000_000)),
    "percent": ((1, 100), (1, 10_000), (1, 1_000_000)),
    "iops": ((1, 1), (1, 1_000), (1, 1_000_000)),
}
"""Tried when the source's own counts are not whole, by the end of a metric's name."""
CANDIDATES = numpy.array(
    [next(scales for unit, scales in BY_UNIT.items() if metric.endswith(unit)) for metric in METRICS],
    dtype=numpy.float64,
)


def in_whole_numbers(
    counts: Floats, values: Floats, own: Scales, metric: Positions, offsets: Positions
) -> tuple[Scales, WholeNumbers]:
    """Find a scale for each row.

    Args:
        counts: The samples as their sources counted them.
        values: The same samples in canonical units: `counts * numerator / denominator` of `own`.
        own: The scale of each row's source.
        metric: Each row's position in `METRICS`.
        offsets: Row i has the samples from `offsets[i]` until before `offsets[i + 1]`.

    Returns:
        The scales, with a denominator of 0 for rows that must keep their doubles, and the units, which are 0
        there.
    """
    units = numpy.rint(counts)
    exact = (units == counts) & (counts < LARGEST_EXACT)
    fits = _all_of_each_row(exact, offsets) & _is_storable(own)
    scales = Scales(numpy.where(fits, own.numerator, 1), numpy.where(fits, own.denominator, 0))
    if not fits.all():
        _try_candidates(values, metric, offsets, scales, units)
        units[numpy.repeat(scales.denominator == 0, numpy.diff(offsets))] = 0
    return scales, units.astype(numpy.int64)


def _try_candidates(
    values: Floats, metric: Positions, offsets: Positions, scales: Scales, units: Floats
) -> None:
    """Try the usual scales on the rows without one; writes to `scales` and `units`."""
    for candidate in range(CANDIDATES.shape[1]):
        rows = numpy.flatnonzero(scales.denominator == 0)
        if not len(rows):
            return
        lengths = offsets[rows + 1] - offsets[rows]
        ends = numpy.cumsum(lengths)
        places = numpy.arange(ends[-1]) + numpy.repeat(offsets[rows] - ends + lengths, lengths)
        numerator, denominator = CANDIDATES[metric[rows], candidate].T
        mine, many, whole = (
            values[places],
            numpy.repeat(numerator, lengths),
            numpy.repeat(denominator, lengths),
        )
        found = numpy.rint(mine * whole / many)
        exact = (found * many / whole == mine) & (mine * whole < LARGEST_EXACT)
        fits = _all_of_each_row(exact, numpy.concatenate(([0], ends)))
        scales.numerator[rows[fits]] = numerator[fits]
        scales.denominator[rows[fits]] = denominator[fits]
        kept = numpy.repeat(fits, lengths)
        units[places[kept]] = found[kept]


def _all_of_each_row(flags: Flags, offsets: Positions) -> Flags:
    if len(offsets) == 1:
        return numpy.empty(0, dtype=numpy.bool_)
    return numpy.logical_and.reduceat(flags, offsets[:-1])


def _is_storable(scales: Scales) -> Flags:
    return (scales.numerator <= LARGEST_NUMERATOR) & (scales.denominator <= LARGEST_DENOMINATOR)
