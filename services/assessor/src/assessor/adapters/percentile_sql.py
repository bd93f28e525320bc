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
NIC_METRICS = tuple(
    Metric(name, "nic_10m") for name in ("received_mb_per_second", "transmitted_mb_per_second")
)

# A day is sealed when nothing was stored for it since; see `day_seals` in docs/tables.md.
_SEALED_DAYS = (
    "SELECT day FROM day_seals"
    " WHERE day >= toDate({start_at:DateTime}, 'UTC') AND day <= toDate({last_slot_at:DateTime}, 'UTC')"
    " GROUP BY day HAVING max(sealed_at) >= max(touched_at)"
)
_PAGE = (
    "machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID} AND machine_id GLOBAL IN"
    " (SELECT machine_id FROM assessment_scope WHERE run_id = {run_id:UUID})"
)


def percentile_statement(metric: Metric) -> str:
    """Return a statement that gives machine, instance, points and value per series.

    Its parameters are run_id, first_id, last_id, start_at, last_slot_at and percentile. The value is the
    nearest rank: number (P x N + 99) div 100 of the N ascending peaks, which `quantileExact` would miss
    by one where P x N is a multiple of 100.
    """
    instance = "instance" if metric.has_instance else "''"
    return f"""
        SELECT
            machine_id,
            instance,
            length(ascending) AS points,
            ascending[intDiv({{percentile:UInt32}} * points + 99, 100)] AS value
        FROM
        (
            SELECT machine_id, instance, arraySort(groupArrayArray(peaks)) AS ascending
            FROM ({_sealed(metric, instance)} UNION ALL {_open(metric, instance)})
            GROUP BY machine_id, instance
        )
        WHERE points > 0
        ORDER BY machine_id, instance
    """  # noqa: S608  # names come from the tables above


def _sealed(metric: Metric, instance: str) -> str:
    return f"""
        SELECT
            machine_id,
            {instance} AS instance,
            arrayMap(peak -> assumeNotNull(peak), arrayFilter(
                (peak, slot) -> isNotNull(peak)
                    AND toUnixTimestamp(toDateTime(day, 'UTC')) + (slot - 1) * 600
                        BETWEEN toUnixTimestamp({{start_at:DateTime}})
                        AND toUnixTimestamp({{last_slot_at:DateTime}}),
                peaks_day.peaks, arrayEnumerate(peaks_day.peaks))) AS peaks
        FROM peaks_day FINAL
        WHERE metric = '{metric.name}' AND {_PAGE} AND day GLOBAL IN ({_SEALED_DAYS})
    """  # noqa: S608  # see above


def _open(metric: Metric, instance: str) -> str:
    return f"""
        SELECT machine_id, instance, groupArray(assumeNotNull(peak)) AS peaks
        FROM
        (
            SELECT machine_id, {instance} AS instance, slot_at, max({metric.name}_max) AS peak
            FROM {metric.table}
            WHERE {_PAGE}
                AND slot_at >= {{start_at:DateTime}} AND slot_at <= {{last_slot_at:DateTime}}
                AND toDate(slot_at, 'UTC') GLOBAL NOT IN ({_SEALED_DAYS})
            GROUP BY machine_id, instance, slot_at
        )
        WHERE peak IS NOT NULL
        GROUP BY machine_id, instance
    """  # noqa: S608  # see above
