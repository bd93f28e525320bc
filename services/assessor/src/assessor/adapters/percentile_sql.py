"""Statements that compute percentiles in the store, of many series at a time.

A percentile near the top needs only the highest peaks. `peaks_day` keeps those of each day in a column of
their own, a quarter of the day: reading them takes a fifth of the time. They answer for a series as long as
its highest peaks are spread over enough days, and it can be seen whether they are; all peaks of the few
other series are read then.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from assessor.adapters.series_sql import IS_WHOLE, PAGE, PEAKS_IN_WINDOW, Metric, open_peaks, sealed

# A day keeps a quarter of its peaks: a percentile at which more of them are needed is asked of all peaks.
_HIGHEST_ANSWER_FROM = 75
# Keeps level x N off the whole numbers; right for fewer than 100,000 peaks (a hundredth over this).
_LEVEL_MARGIN = 1e-7


def highest_may_answer(percentile: int) -> bool:
    """Whether it makes sense to ask for a percentile with `highest_statement`."""
    return percentile > _HIGHEST_ANSWER_FROM


def highest_statement(metrics: Sequence[Metric], percentile: int, window_points: int) -> str:
    """Return a statement that gives metric, machine, instance, points, value, peak and is_certain per series.

    Its parameters are run_id, first_id, last_id, start_epoch and last_slot_epoch. The value is the nearest
    rank, number ceil(P x N / 100) of the N ascending peaks, counted from the top. It is certain when no
    peak that a day did not keep can lie above it: none is higher than the lowest one kept of its day.
    The highest come from an aggregate of the lowest, hence the signs: sorting arrays takes a third more.
    """
    rank_from_top = f"toUInt32(points - intDiv({percentile} * points + 99, 100) + 1)"
    largest_rank = window_points - (percentile * window_points + 99) // 100 + 1
    series = " UNION ALL ".join(_highest(metrics))
    return f"""
        SELECT
            metric,
            machine_id,
            instance,
            sum(points_there) AS points,
            groupArraySortedArray({largest_rank})(arrayMap(peak -> -peak, highest_there)) AS descending,
            -descending[{rank_from_top}] AS value,
            -descending[1] AS peak,
            {rank_from_top} <= length(descending) AND max(left_out_up_to) <= value AS is_certain
        FROM ({series})
        GROUP BY metric, machine_id, instance
        HAVING points > 0
    """  # noqa: S608  # names come from tables of our own


def _highest(metrics: Sequence[Metric]) -> list[str]:
    known = "arrayMap(peak -> assumeNotNull(peak), arrayFilter(peak -> isNotNull(peak), {}))"
    cut = known.format(PEAKS_IN_WINDOW)
    whole_days = f"""
        SELECT
            metric, machine_id, instance, points AS points_there, highest AS highest_there,
            if(points > length(highest), highest[-1], -1) AS left_out_up_to
        {sealed(metrics, PAGE)} AND {IS_WHOLE}
    """
    cut_days = f"""
        SELECT metric, machine_id, instance, length({cut}) AS points_there, {cut} AS highest_there, -1
        {sealed(metrics, PAGE)} AND NOT {IS_WHOLE}
    """
    open_days = [
        f"SELECT metric, machine_id, instance, length(peaks), {known.format('peaks')}, -1 FROM ({statement})"  # noqa: S608
        for statement in open_peaks(metrics, PAGE)
    ]
    return [whole_days, cut_days, *open_days]


def percentile_statement(
    metrics: Sequence[Metric], percentile: int, machine_ids: Iterable[UUID] | None = None
) -> str:
    """Return a statement that gives metric, machine, instance, points, value and peak per series.

    It reads all peaks. Parameters and value are those of `highest_statement`. `quantileExact` takes number
    floor(level x N) + 1, one more where P x N is a multiple of 100: hence a level just below. Both skip
    slots without a peak, as does the count.

    Args:
        machine_ids: Machines of the page to look at; None for all.
    """
    level = percentile / 100 - _LEVEL_MARGIN
    machines = PAGE if machine_ids is None else f"{PAGE} AND machine_id IN ({_literals(machine_ids)})"
    sealed_days = (
        f"SELECT metric, machine_id, instance, {PEAKS_IN_WINDOW} AS peaks {sealed(metrics, machines)}"
    )
    series = " UNION ALL ".join([sealed_days, *open_peaks(metrics, machines)])
    return f"""
        SELECT
            metric,
            machine_id,
            instance,
            countArray(peaks) AS points,
            quantilesExactArray({level}, 1)(peaks) AS levels,
            levels[1] AS value,
            levels[2] AS peak
        FROM ({series})
        GROUP BY metric, machine_id, instance
        HAVING points > 0
    """  # noqa: S608  # see above


def _literals(machine_ids: Iterable[UUID]) -> str:
    """Ids as they stand in a statement: too many for parameters, which go into the address."""
    return ", ".join(f"'{machine_id}'" for machine_id in machine_ids)
