"""Back-tests in ClickHouse: what has been counted, and the counting itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from assessor.adapters.backtest_sql import exceedance_statement
from assessor.adapters.series_sql import CPU_PERCENT, DISK_METRICS, MEMORY_PERCENT, TRANSMITTED, Metric
from assessor.adapters.statements import Statements
from assessor.domain.backtest import Check
from assessor.domain.backtest_counts import BacktestCounts, NumberedCount
from assessor.domain.window import SLOT, Window
from surveyor_kit.clickhouse import Parameters

_ALONE = (CPU_PERCENT, MEMORY_PERCENT)
_ADDED_UP = (*DISK_METRICS, TRANSMITTED)
_CHECK_COLUMNS = ("run_id", "machine_id", "metric", "instance", "check_no", "threshold")
_COUNT_COLUMNS = ("run_id", "machine_id", "document", "counted_at")
_MACHINES_AT_A_TIME = 1_000
"""Bounds the store's memory: each counted check holds an array per day while it is added up."""


class ClickHouseBacktests:
    """Implements `Backtests`."""

    def __init__(self, store: Statements) -> None:
        self._store = store

    async def stored(self, run_id: UUID, page: Sequence[UUID]) -> dict[UUID, BacktestCounts]:
        rows = await self._store.rows(
            "SELECT machine_id, document FROM assessment_backtests FINAL WHERE run_id = {run_id:UUID}"
            " AND machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID}",
            {"run_id": str(run_id), "first_id": str(page[0]), "last_id": str(page[-1])},
        )
        return {row["machine_id"]: BacktestCounts.model_validate_json(row["document"]) for row in rows}

    async def store(self, run_id: UUID, counts: Mapping[UUID, BacktestCounts], counted_at: datetime) -> None:
        rows = [
            [run_id, machine_id, document.model_dump_json(), counted_at]
            for machine_id, document in counts.items()
        ]
        await self._store.insert("assessment_backtests", _COUNT_COLUMNS, rows)

    async def count(
        self, run_id: UUID, checks: Mapping[UUID, Mapping[int, Check]], window: Window
    ) -> dict[UUID, BacktestCounts]:
        counts: dict[UUID, BacktestCounts] = {}
        machines = list(checks)
        for start in range(0, len(machines), _MACHINES_AT_A_TIME):
            part = machines[start : start + _MACHINES_AT_A_TIME]
            counts |= await self._count(
                run_id, {machine_id: checks[machine_id] for machine_id in part}, window
            )
        return counts

    async def _count(
        self, run_id: UUID, checks: Mapping[UUID, Mapping[int, Check]], window: Window
    ) -> dict[UUID, BacktestCounts]:
        rows = [
            [run_id, machine_id, metric, instance, number, check.threshold]
            for machine_id, of_machine in checks.items()
            for number, check in of_machine.items()
            for metric in check.metrics
            for instance in check.instances
        ]
        await self._store.insert("assessment_backtest_checks", _CHECK_COLUMNS, rows)
        machines = list(checks)
        params = {
            "run_id": str(run_id),
            "first_id": str(machines[0]),
            "last_id": str(machines[-1]),
            "start_epoch": int(window.start_at.timestamp()),
            "last_slot_epoch": int((window.end_at - SLOT).timestamp()),
        }
        wanted = {
            metric for checked in checks.values() for check in checked.values() for metric in check.metrics
        }
        found = [*await self._rows(_ALONE, wanted, params), *await self._rows(_ADDED_UP, wanted, params)]
        answers = {(row["machine_id"], row["check_no"]): row for row in found}
        return {
            machine_id: BacktestCounts(
                counts=[_numbered(number, answers.get((machine_id, number))) for number in sorted(of_machine)]
            )
            for machine_id, of_machine in checks.items()
        }

    async def _rows(
        self, metrics: Sequence[Metric], wanted: set[str], params: Parameters
    ) -> list[dict[str, Any]]:
        named = [metric for metric in metrics if metric.name in wanted]
        if not named:
            return []
        return await self._store.rows(exceedance_statement(named, adds_up=metrics is _ADDED_UP), params)


def _numbered(number: int, row: Mapping[str, int] | None) -> NumberedCount:
    """A check without a row has lost its peaks since they were read: it was measured at no point."""
    names = ("measured", "above", "longest_above")
    return NumberedCount(check_no=number, **{name: row[name] if row else 0 for name in names})
