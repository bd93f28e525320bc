"""Percentiles of a page of machines: from the highest peaks of each day where they answer, else from all."""

from collections.abc import Sequence
from typing import Any

from assessor.adapters.percentile_sql import highest_may_answer, highest_statement, percentile_statement
from assessor.adapters.series_sql import Metric
from assessor.adapters.statements import Statements
from surveyor_kit.clickhouse import Parameters

_MACHINES_IN_A_STATEMENT = 1_000
"""Their ids stand in its text, which the store takes up to 256 KiB of."""


async def percentile_rows(
    store: Statements, metrics: Sequence[Metric], params: Parameters, percentile: int, window_points: int
) -> list[dict[str, Any]]:
    """Return metric, machine_id, instance, points, value and peak per series; equal rows may repeat.

    Args:
        store: Where the peaks are.
        metrics: Those to look at.
        params: run_id, first_id, last_id, start_epoch and last_slot_epoch: the page and the window.
        percentile: From 1 to 100.
        window_points: Slots of the window.
    """
    if not highest_may_answer(percentile):
        return await store.rows(percentile_statement(metrics, percentile), params)
    rows = await store.rows(highest_statement(metrics, percentile, window_points), params)
    answers = [row for row in rows if row["is_certain"]]
    uncertain = [row for row in rows if not row["is_certain"]]
    names = {row["metric"] for row in uncertain}
    asked_again = [metric for metric in metrics if metric.name in names]
    machine_ids = sorted({row["machine_id"] for row in uncertain})
    for start in range(0, len(machine_ids), _MACHINES_IN_A_STATEMENT):
        part = machine_ids[start : start + _MACHINES_IN_A_STATEMENT]
        answers += await store.rows(percentile_statement(asked_again, percentile, part), params)
    return answers
