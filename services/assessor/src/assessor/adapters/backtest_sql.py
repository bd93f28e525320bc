"""The statement that counts, in the store, how often series lie above the thresholds of a run's checks.

The checks stand in `assessment_backtest_checks`. Peaks come from where percentiles come from: sealed days
from `peaks_day`, all others from the 10-minute tables, brought to the same form of 144 peaks a day.
"""

from collections.abc import Sequence

from assessor.adapters.series_sql import (
    DAY_START,
    FINAL_SLOT,
    FIRST_SLOT,
    LAST_SLOT,
    SEALED_DAYS,
    START,
    Metric,
    sealed,
)

SLOTS_A_DAY = 144
# Fills places without a peak while an array is built; peaks are never negative.
_NO_PEAK = -1

_CHECKS = (
    "SELECT machine_id, metric, instance, check_no, threshold FROM assessment_backtest_checks FINAL"
    " WHERE run_id = {run_id:UUID} AND machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID}"
)
_CHECKED_MACHINES = (
    "machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID}"  # noqa: S608  # constants
    f" AND machine_id GLOBAL IN (SELECT machine_id FROM ({_CHECKS}))"
)


def exceedance_statement(metrics: Sequence[Metric], *, adds_up: bool) -> str:
    """Return a statement that gives machine, check_no, measured, above and longest_above per check.

    Its parameters are run_id, first_id, last_id, start_epoch and last_slot_epoch.

    Args:
        metrics: Those of the checks to count.
        adds_up: Whether checks have several series, to be added up slot by slot, a missing peak counting
            as nothing. Without it each check has one, which is several times quicker.

    Of every day only the slots above the threshold are kept, numbered from the start of the window: runs
    are numbers that follow each other, over midnight too, and a slot that was not measured ends one.
    """
    sealed_days = f"SELECT metric, machine_id, instance, day, peaks {sealed(metrics, _CHECKED_MACHINES)}"
    series = " UNION ALL ".join([sealed_days, *map(_open, metrics)])
    used = "sumForEach(peaks)" if adds_up else "peaks"
    grouped = "GROUP BY machine_id, check_no, threshold, day" if adds_up else ""
    return f"""
        WITH
            arraySort(groupArrayArray(above_that_day)) AS slots_above,
            arraySplit((_, step) -> step != 1, slots_above, arrayDifference(slots_above)) AS runs
        SELECT
            machine_id,
            check_no,
            sum(measured_that_day) AS measured,
            length(slots_above) AS above,
            arrayMax(run -> length(run), runs) AS longest_above
        FROM
        (
            SELECT
                machine_id,
                check_no,
                arraySlice(used, {FIRST_SLOT} + 1, {FINAL_SLOT} - {FIRST_SLOT} + 1) AS in_window,
                arrayCount(peak -> isNotNull(peak), in_window) AS measured_that_day,
                intDiv(dateDiff('minute', {START}, {DAY_START}), 10) + {FIRST_SLOT} AS before,
                arrayFilter(
                    (_, peak) -> ifNull(peak > threshold, 0), arrayEnumerate(in_window), in_window
                ) AS numbers,
                arrayMap(number -> toUInt32(before + number), numbers) AS above_that_day
            FROM
            (
                SELECT machine_id, check_no, threshold, day, {used} AS used
                FROM ({series}) AS series
                INNER JOIN ({_CHECKS}) AS checks USING (machine_id, metric, instance)
                {grouped}
            )
        )
        GROUP BY machine_id, check_no
        ORDER BY machine_id, check_no
    """  # noqa: S608  # names come from the tables above


def _open(metric: Metric) -> str:
    instance = "instance" if metric.has_instance else "''"
    return f"""
        SELECT
            '{metric.name}' AS metric,
            machine_id,
            instance,
            day,
            arrayMap(
                filled -> nullIf(filled, {_NO_PEAK}),
                groupArrayInsertAt(toFloat64({_NO_PEAK}), {SLOTS_A_DAY})(assumeNotNull(peak), slot_no)
            ) AS peaks
        FROM
        (
            SELECT
                machine_id,
                {instance} AS instance,
                toDate(slot_at, 'UTC') AS day,
                toUInt32(intDiv(dateDiff('minute', {DAY_START}, slot_at), 10)) AS slot_no,
                max({metric.name}_max) AS peak
            FROM {metric.table}
            WHERE {_CHECKED_MACHINES} AND slot_at >= {START} AND slot_at <= {LAST_SLOT}
                AND toDate(slot_at, 'UTC') GLOBAL NOT IN ({SEALED_DAYS})
            GROUP BY machine_id, instance, slot_at
        )
        WHERE peak IS NOT NULL
        GROUP BY machine_id, instance, day
    """  # noqa: S608  # see above
