"""Count the estate."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from query_api.overview.schemas import Coverage, Overview
from query_api.store import Row, Store
from surveyor_kit.clock import Clock
from surveyor_schemas.counters import Metric

SLOTS_PER_DAY = 144
UNKNOWN = "unknown"
_COVERED = (Metric.CPU_PERCENT, Metric.MEMORY_PERCENT)


class OverviewService:
    """The portal's first page."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self) -> Overview:
        """Return the counts as they are now."""
        now = self._clock.now()
        kinds, newest, slots = await asyncio.gather(self._kinds(), self._newest_sample(now), self._slots(now))
        present = [row for row in kinds if not row["is_removed"] and not row["is_template"]]
        powered_on = sum(row["machines"] for row in present if row["power"] == "on")
        return Overview(
            machine_count=sum(row["machines"] for row in present),
            removed_count=sum(row["machines"] for row in kinds if row["is_removed"]),
            template_count=sum(
                row["machines"] for row in kinds if row["is_template"] and not row["is_removed"]
            ),
            by_source_kind=_counts(present, "kind"),
            by_power_state=_counts(present, "power"),
            by_os_family=_counts(present, "family"),
            cores=sum(row["core_sum"] for row in present),
            memory_mib=sum(row["memory_sum"] for row in present),
            disk_bytes=sum(row["disk_sum"] for row in present),
            newest_sample_at=newest,
            sampled_in_last_hour=slots["sampled_machines"],
            coverage=[
                Coverage(metric=metric, percent=_percent(slots[f"{metric}_slots"], powered_on))
                for metric in _COVERED
            ],
        )

    async def _kinds(self) -> list[Row]:
        return await self._store.rows(
            "SELECT source_kind AS kind, ifNull(power_state, {unknown:String}) AS power, os_family AS family,"
            " is_template, removed_at IS NOT NULL AS is_removed, count() AS machines,"
            " sum(ifNull(cores, 0)) AS core_sum, sum(ifNull(memory_mib, 0)) AS memory_sum,"
            " sum(ifNull(disk_bytes, 0)) AS disk_sum"
            " FROM machine_state FINAL GROUP BY kind, power, family, is_template, is_removed",
            {"unknown": UNKNOWN},
        )

    async def _newest_sample(self, now: datetime) -> datetime | None:
        row = await self._store.row(
            "SELECT max(last_sampled_at) AS newest, count() AS windows FROM performance_samples"
            " WHERE NOT generated AND first_sampled_at >= fromUnixTimestamp({since:Int64})",
            {"since": int((now - timedelta(days=8)).timestamp())},
        )
        return row["newest"] if row and row["windows"] else None

    async def _slots(self, now: datetime) -> Row:
        columns = ", ".join(
            f"uniqExactIf((machine_id, slot_at), {metric}_samples != 0) AS {metric}_slots"
            for metric in _COVERED
        )
        row = await self._store.row(
            f"SELECT {columns}, uniqExactIf(machine_id, cpu_percent_samples != 0 AND generated = 0"
            " AND slot_at >= fromUnixTimestamp({hour_ago:Int64})) AS sampled_machines"
            " FROM machine_10m WHERE slot_at >= fromUnixTimestamp({day_ago:Int64})"
            " AND slot_at < fromUnixTimestamp({now:Int64})"
            " AND machine_id GLOBAL IN (SELECT machine_id FROM machine_state FINAL"
            "   WHERE removed_at IS NULL AND NOT is_template AND power_state = 'on')",
            {
                "hour_ago": int((now - timedelta(hours=1)).timestamp()) // 600 * 600,
                "day_ago": int((now - timedelta(hours=24)).timestamp()) // 600 * 600 + 600,
                "now": int(now.timestamp()),
            },
        )
        return row or {"sampled_machines": 0} | {f"{metric}_slots": 0 for metric in _COVERED}


def _counts(rows: Sequence[Row], column: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[column]] += row["machines"]
    return dict(sorted(counts.items()))


def _percent(slots: int, machines: int) -> float | None:
    return round(min(100.0, 100 * slots / (machines * SLOTS_PER_DAY)), 1) if machines else None
