"""Where the peaks of a page of machines lie, and which of them belong to a window.

Days that are sealed come from `peaks_day` (one array a day), all others from the 10-minute tables. Pages
are neighbours in key order, so that each reads one range of the tables and needs little memory.
"""

from collections.abc import Sequence
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
DAY_START = "toDateTime(day, 'UTC')"
FIRST_SLOT = f"greatest(0, intDiv(dateDiff('minute', {DAY_START}, {START}), 10))"
FINAL_SLOT = f"least(143, intDiv(dateDiff('minute', {DAY_START}, {LAST_SLOT}), 10))"
IS_WHOLE = f"({FIRST_SLOT} = 0 AND {FINAL_SLOT} = 143)"
PEAKS_IN_WINDOW = (
    f"if({IS_WHOLE}, peaks_day.peaks,"
    f" arraySlice(peaks_day.peaks, {FIRST_SLOT} + 1, {FINAL_SLOT} - {FIRST_SLOT} + 1))"
)
PAGE = (
    "machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID} AND machine_id GLOBAL IN"
    " (SELECT machine_id FROM assessment_scope WHERE run_id = {run_id:UUID})"
)


def sealed(metrics: Sequence[Metric], machines: str) -> str:
    """Return what follows SELECT to read the sealed days of `machines` (a condition); add more with AND.

    PREWHERE, so that arrays are read of these rows only: with FINAL the engine does not choose it by
    itself. All columns in it are of the key, where it says the same before and after FINAL.
    """
    names = ", ".join(f"'{metric.name}'" for metric in metrics)
    return (
        f"FROM peaks_day FINAL PREWHERE metric IN ({names}) AND {machines} AND day GLOBAL IN ({SEALED_DAYS})"
    )


def open_peaks(metrics: Sequence[Metric], machines: str) -> list[str]:
    """Return, for each table that holds some of the metrics, a statement for the peaks of days not sealed.

    It gives metric, machine, instance and an array of peaks, in no order.
    """
    tables = dict.fromkeys(metric.table for metric in metrics)
    return [
        _open(table, [metric for metric in metrics if metric.table == table], machines) for table in tables
    ]


def _open(table: str, metrics: Sequence[Metric], machines: str) -> str:
    instance = "instance" if metrics[0].has_instance else "''"
    highest = ", ".join(f"max({metric.name}_max) AS {metric.name}" for metric in metrics)
    pairs = ", ".join(f"('{metric.name}', {metric.name})" for metric in metrics)
    return f"""
        SELECT measured.1 AS metric, machine_id, instance, groupArray(toNullable(measured.2)) AS peaks
        FROM
        (
            SELECT machine_id, {instance} AS instance, slot_at, {highest}
            FROM {table}
            WHERE {machines} AND slot_at >= {START} AND slot_at <= {LAST_SLOT}
                AND toDate(slot_at, 'UTC') GLOBAL NOT IN ({SEALED_DAYS})
            GROUP BY machine_id, instance, slot_at
        )
        ARRAY JOIN [{pairs}] AS measured
        WHERE measured.2 IS NOT NULL
        GROUP BY metric, machine_id, instance
    """  # noqa: S608  # names come from the tables above
