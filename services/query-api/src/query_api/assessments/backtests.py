"""The back-test of one machine on its raw samples: the counts of a result, repeated on finer points.

What is counted stands in the result; nothing of a size or a limit is decided here.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from query_api.store import Row, Store
from query_api.web.problems import conflict, invalid_field
from surveyor_inventory.exceedance import added_up, count_exceedance
from surveyor_schemas.assessments.backtest_v1 import Backtest, BacktestCheck
from surveyor_schemas.assessments.results_v1 import AssessedMachine

LONGEST_WINDOW = timedelta(days=31)

_SERIES = """
SELECT
    metric,
    instance,
    toInt64(min(interval_seconds)) AS interval_seconds,
    groupArray(toInt64(toUInt32(sampled_at))) AS seconds,
    groupArray(value) AS values
FROM samples_of_machine(
    machine_id = {machine_id:UUID}, metrics = {metrics:Array(String)},
    from_seconds = {from_seconds:Int64}, until_seconds = {until_seconds:Int64})
WHERE NOT generated
GROUP BY metric, instance
"""


class BacktestService:
    """Counts again, on samples as they were measured."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def on_samples(
        self, machine: AssessedMachine, start: datetime | None, until: datetime | None
    ) -> Backtest:
        """Return a result's checks on the raw samples of its window, or of a part of it.

        Generated samples, such as the demo's history, are left out: they stand for ten minutes each.

        Raises:
            Problem: The result has no back-test, or the window is empty or too long.
        """
        stored = machine.backtest
        if stored is None:
            raise conflict(
                "The machine has no back-test: it has no recommended size, was imported,"
                " or was assessed as it stands on-premises."
            )
        start, until = start or stored.window_start, until or stored.window_end
        if start >= until:
            raise invalid_field("from", "must lie before until")
        if until - start > LONGEST_WINDOW:
            raise invalid_field("from", f"raw samples are counted over at most {LONGEST_WINDOW.days} days")
        rows = await self._series(machine.machine_id, stored, start, until)
        return await asyncio.to_thread(counted, stored, rows, start, until)

    async def _series(
        self, machine_id: UUID, stored: Backtest, start: datetime, until: datetime
    ) -> list[Row]:
        metrics = sorted({metric for check in stored.checks for metric in check.metrics})
        params: dict[str, Any] = {
            "machine_id": str(machine_id),
            "metrics": metrics,
            "from_seconds": int(start.timestamp()),
            "until_seconds": int(until.timestamp()),
        }
        return await self._store.rows(_SERIES, params)


def counted(stored: Backtest, rows: Iterable[Row], start: datetime, until: datetime) -> Backtest:
    """Count the checks of a stored back-test on series of samples.

    Args:
        rows: One per metric and instance, with `interval_seconds` and arrays `seconds` and `values`.
    """
    found = list(rows)
    resolution_seconds = min((row["interval_seconds"] for row in found), default=0)
    series = {
        (row["metric"], row["instance"]): _evenly(row, start, until, resolution_seconds) for row in found
    }
    checks = [_counted(check, series, resolution_seconds) for check in stored.checks]
    shares = [check.percent_above for check in checks if check.percent_above is not None]
    return Backtest(
        resolution_seconds=resolution_seconds,
        window_start=start,
        window_end=until,
        checks=checks,
        worst_percent_above=max(shares, default=None),
    )


def _evenly(row: Row, start: datetime, until: datetime, resolution_seconds: int) -> list[float | None]:
    """Lay samples on points at equal distances; of two at one point the larger counts, as everywhere."""
    first = int(start.timestamp()) // resolution_seconds
    points: list[float | None] = [None] * (int(until.timestamp()) // resolution_seconds - first + 1)
    for second, value in zip(row["seconds"], row["values"], strict=True):
        place = second // resolution_seconds - first
        there = points[place]
        points[place] = value if there is None else max(there, value)
    return points


def _counted(
    check: BacktestCheck, series: dict[tuple[str, str], list[float | None]], resolution_seconds: int
) -> BacktestCheck:
    if check.threshold is None:
        return check
    wanted = [(metric, instance) for metric in check.metrics for instance in check.instances]
    points = added_up(series[key] for key in wanted if key in series)
    counts = count_exceedance(points, check.threshold)
    return check.model_copy(
        update={
            "points_measured": counts.measured,
            "points_above": counts.above,
            "percent_above": counts.percent_above,
            "longest_above_seconds": counts.longest_above * resolution_seconds,
        }
    )
