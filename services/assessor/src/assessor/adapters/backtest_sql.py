"""The statement that counts, in the store, how often series lie above the thresholds of a run's checks.

The checks stand in `assessment_backtest_checks`. Peaks come from where percentiles come from: sealed days
from `peaks_day`, all others from the 10-minute tables, brought to the same form of 144 peaks a day.
"""

from collections.abc import Sequence

from assessor.adapters.percentile_sql import LAST_SLOT, SEALED_DAYS, START, Metric

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
_DAY_START = "toDateTime(day, 'UTC')"
_FIRST_SLOT = f"greatest(0, intDiv(dateDiff('minute', {_DAY_START}, {START}), 10))"
_FINAL_SLOT = f"least({SLOTS_A_DAY - 1}, intDiv(dateDiff('minute', {_DAY_START}, {LAST_SLOT}), 10))"


def exceedance_statement(metrics: Sequence[Metric]) -> str:
    """Return a statement that gives machine, check_no, measured, above and longest_above per check.

    Its parameters are run_id, first_id, last_id, start_epoch and last_slot_epoch.

    The series of a check are added up slot by slot of a day, a missing peak counting as nothing. A day
    becomes one mark per slot of the window: 0 not measured, 1 measured, 2 above. The marks of all days
    stand one after the other, a day without any peak as a single 0, so that runs go on over midnight.
    """
    series = " UNION ALL ".join(f"{_sealed(metric)} UNION ALL {_open(metric)}" for metric in metrics)
    return f"""
        SELECT
            machine_id,
            check_no,
            arrayFlatten(groupArrayInsertAt([toUInt8(0)])(marks, day_no)) AS slots,
            countEqual(slots, 1) + countEqual(slots, 2) AS measured,
            countEqual(slots, 2) AS above,
            arrayMax(arrayDifference(arrayConcat(
                [toInt64(0)],
                arrayFilter((_, mark) -> mark != 2, CAST(arrayEnumerate(slots), 'Array(Int64)'), slots),
                [toInt64(length(slots)) + 1]
            ))) - 1 AS longest_above
        FROM
        (
            SELECT
                machine_id,
                check_no,
                toUInt32(dateDiff('day', toDate({START}, 'UTC'), day)) AS day_no,
                arrayMap(
                    used -> multiIf(isNull(used), toUInt8(0), used > threshold, toUInt8(2), toUInt8(1)),
                    arraySlice(sumForEach(peaks), {_FIRST_SLOT} + 1, {_FINAL_SLOT} - {_FIRST_SLOT} + 1)
                ) AS marks
            FROM ({series}) AS series
            INNER JOIN ({_CHECKS}) AS checks USING (machine_id, metric, instance)
            GROUP BY machine_id, check_no, threshold, day
        )
        GROUP BY machine_id, check_no
        ORDER BY machine_id, check_no
    """  # noqa: S608  # names come from the tables above


def _sealed(metric: Metric) -> str:
    return f"""
        SELECT metric, machine_id, instance, day, peaks
        FROM peaks_day FINAL
        WHERE metric = '{metric.name}' AND {_CHECKED_MACHINES} AND day GLOBAL IN ({SEALED_DAYS})
    """  # noqa: S608  # see above


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
                toUInt32(intDiv(dateDiff('minute', {_DAY_START}, slot_at), 10)) AS slot_no,
                max({metric.name}_max) AS peak
            FROM {metric.table}
            WHERE {_CHECKED_MACHINES} AND slot_at >= {START} AND slot_at <= {LAST_SLOT}
                AND toDate(slot_at, 'UTC') GLOBAL NOT IN ({SEALED_DAYS})
            GROUP BY machine_id, instance, slot_at
        )
        WHERE peak IS NOT NULL
        GROUP BY machine_id, instance, day
    """  # noqa: S608  # see above
