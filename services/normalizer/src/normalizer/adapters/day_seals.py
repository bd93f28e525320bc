"""Days of peaks in ClickHouse: which are due, and packing them, all in the store itself."""

from collections.abc import Collection
from datetime import date

from normalizer.adapters.samples import CHECK
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever
from surveyor_schemas.counters import DISK_METRICS, MACHINE_METRICS, NIC_METRICS, Metric

SLOTS_PER_DAY = 144
SLOT_SECONDS = 600
ROLL_UPS: dict[str, tuple[Metric, ...]] = {
    "machine_10m": MACHINE_METRICS,
    "disk_10m": DISK_METRICS,
    "nic_10m": NIC_METRICS,
}


class ClickHouseDaySeals:
    """The tables `day_seals` and `peaks_day`; all times are the store's own, whatever workers' clocks say."""

    def __init__(self, store: ClickHouse, health: Health) -> None:
        self._store = store
        self._health = health

    async def touch(self, days: Collection[date]) -> None:
        """Note that samples of these days were stored just now."""
        if days:
            sql = "INSERT INTO day_seals (day, touched_at) SELECT arrayJoin({days:Array(Date)}), now64(3)"
            params = {"days": sorted(days)}
            await retry_forever(lambda: self._store.command(sql, params), name=CHECK, health=self._health)

    async def due(self, grace_seconds: int) -> list[date]:
        """Return days that are over and have samples stored since their last seal, oldest first."""
        rows = await self._store.query_rows(
            "SELECT day FROM day_seals GROUP BY day"
            " HAVING max(touched_at) > max(sealed_at)"
            " AND toDateTime(day + 1, 'UTC') + {grace:UInt32} <= now('UTC') ORDER BY day",
            {"grace": grace_seconds},
        )
        return [row["day"] for row in rows]

    async def seal(self, day: date) -> None:
        """Pack the day's peaks; what is stored meanwhile touches the day again, after the seal's time."""
        (row,) = await self._store.query_rows("SELECT toUnixTimestamp64Milli(now64(3)) AS started_at_ms")
        params = {"day": day, "started_at_ms": row["started_at_ms"]}
        for table, metrics in ROLL_UPS.items():
            await self._store.command(pack_statement(table, metrics), params)
        await self._store.command(
            "INSERT INTO day_seals (day, sealed_at)"
            " SELECT {day:Date}, fromUnixTimestamp64Milli({started_at_ms:Int64}, 'UTC')",
            params,
        )


def pack_statement(table: str, metrics: tuple[Metric, ...]) -> str:
    """Return the statement that packs one roll-up's day into arrays, null where a slot has no peak.

    Rows of one slot that are not merged yet are brought together first. Peaks are never negative, so -1 can
    stand for a missing one while the array is filled.
    """
    instance = "''" if table == "machine_10m" else "instance"
    peaks = ", ".join(f"max({metric}_max) AS {metric}" for metric in metrics)
    pairs = ", ".join(f"('{metric}', {metric})" for metric in metrics)
    return f"""
        INSERT INTO peaks_day (metric, machine_id, instance, day, peaks, sealed_at)
        SELECT
            metric_peak.1 AS metric, machine_id, instance, {{day:Date}} AS day,
            arrayMap(peak -> if(peak < 0, NULL, peak),
                     groupArrayInsertAt(-1., {SLOTS_PER_DAY})(assumeNotNull(metric_peak.2), slot)) AS peaks,
            fromUnixTimestamp64Milli({{started_at_ms:Int64}}, 'UTC') AS sealed_at
        FROM
        (
            SELECT
                machine_id, {instance} AS instance,
                toUInt32(intDiv(toUInt32(slot_at) % 86400, {SLOT_SECONDS})) AS slot,
                {peaks}
            FROM {table}
            WHERE slot_at >= toDateTime({{day:Date}}, 'UTC') AND slot_at < toDateTime({{day:Date}} + 1, 'UTC')
            GROUP BY machine_id, instance, slot
        )
        ARRAY JOIN [{pairs}] AS metric_peak
        WHERE metric_peak.2 IS NOT NULL
        GROUP BY metric, machine_id, instance
    """  # noqa: S608  # names come from the tables above
