"""The statement that computes percentiles in the store.

Days that are sealed come from `peaks_day` (one array a day), all others from the 10-minute tables. Pages
are neighbours in key order, so that each reads one range of the tables and needs little memory.
"""

from typing import NamedTuple


class Metric(NamedTuple):
    """A metric, the 10-minute table that holds its open slots, and whether it is per machine."""

    name: str
    table: str

    @property
    def has_instance(self) -> bool:
        return self.table != "machine_10m"


CPU_PERCENT = Metric("cpu_percent", "machine_10m")
MEMORY_PERCENT = Metric("memory_percent", "machine_10m")
DISK_METRICS = tuple(
    Metric(name, "disk_10m")
    for name in ("read_iops", "write_iops", "read_mb_per_second", "write_mb_per_second")
)
RECEIVED = Metric("received_mb_per_second", "nic_10m")
TRANSMITTED = Metric("transmitted_mb_per_second", "nic_10m")
NIC_METRICS = (RECEIVED, TRANSMITTED)

# Times go in as seconds of the epoch, so that no time zone of server or driver takes part.
START = "toDateTime({start_epoch:UInt32}, 'UTC')"
LAST_SLOT = "toDateTime({last_slot_epoch:UInt32}, 'UTC')"
# A day is sealed when nothing was stored for it since; see `day_seals` in docs/tables.md.
SEALED_DAYS = (
    f"SELECT day FROM day_seals WHERE day >= toDate({START}) AND day <= toDate({LAST_SLOT})"  # noqa: S608
    " GROUP BY day HAVING max(sealed_at) >= max(touched_at)"
)
_PAGE = (
    "machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID} AND machine_id GLOBAL IN"
    " (SELECT machine_id FROM assessment_scope WHERE run_id = {run_id:UUID})"
)


# Keeps level x N off the whole numbers; right for fewer than 100,000 peaks (a hundredth over this).
_LEVEL_MARGIN = 1e-7


def percentile_statement(metric: Metric, percentile: int) -> str:
    """Return a statement that gives machine, instance, points, value and highest peak per series.

    Its parameters are run_id, first_id, last_id, start_epoch and last_slot_epoch. The value is the
    nearest rank, number ceil(P x N / 100) of the N ascending peaks. `quantileExact` takes number
    floor(level x N) + 1, one more where P x N is a multiple of 100: hence a level just below. Both
    skip slots without a peak, as does the count.
    """
    level = percentile / 100 - _LEVEL_MARGIN
    instance = "instance" if metric.has_instance else "''"
    return f"""
        SELECT
            machine_id,
            instance,
            countArray(peaks) AS points,
            quantilesExactArray({level}, 1)(peaks) AS levels,
            levels[1] AS value,
            levels[2] AS peak
        FROM ({_sealed(metric, instance)} UNION ALL {_open(metric, instance)})
        GROUP BY machine_id, instance
        HAVING points > 0
        ORDER BY machine_id, instance
    """  # noqa: S608  # names come from the tables above


def _sealed(metric: Metric, instance: str) -> str:
    day_start = "toDateTime(day, 'UTC')"
    return f"""
        SELECT
            machine_id,
            {instance} AS instance,
            greatest(0, intDiv(dateDiff('minute', {day_start}, {START}), 10)) AS first_slot,
            least(143, intDiv(dateDiff('minute', {day_start}, {LAST_SLOT}), 10)) AS last_slot,
            if(first_slot = 0 AND last_slot = 143, peaks_day.peaks,
                arraySlice(peaks_day.peaks, first_slot + 1, last_slot - first_slot + 1)) AS peaks
        FROM peaks_day FINAL
        WHERE metric = '{metric.name}' AND {_PAGE} AND day GLOBAL IN ({SEALED_DAYS})
    """  # noqa: S608  # see above


def _open(metric: Metric, instance: str) -> str:
    return f"""
        SELECT machine_id, instance, 0 AS first_slot, 0 AS last_slot, groupArray(toNullable(peak)) AS peaks
        FROM
        (
            SELECT machine_id, {instance} AS instance, slot_at, max({metric.name}_max) AS peak
            FROM {metric.table}
            WHERE {_PAGE} AND slot_at >= {START} AND slot_at <= {LAST_SLOT}
                AND toDate(slot_at, 'UTC') GLOBAL NOT IN ({SEALED_DAYS})
            GROUP BY machine_id, instance, slot_at
        )
        WHERE peak IS NOT NULL
        GROUP BY machine_id, instance
    """  # noqa: S608  # see above
