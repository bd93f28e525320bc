"""Raw samples of one machine."""

from collections.abc import Sequence
from typing import Any

from query_api.performance.peaks import SeriesPoint
from query_api.performance.schemas import PerformancePoint
from query_api.store import Store
from surveyor_schemas.counters import Metric


async def read_samples(
    store: Store, metrics: Sequence[Metric], instances: Sequence[str], params: dict[str, Any]
) -> list[SeriesPoint]:
    """Return the samples of a window, in order of time; arguments as for `read_peaks`."""
    only = " WHERE instance IN {instances:Array(String)}" if instances else ""
    rows = await store.rows(
        "SELECT metric, instance, sampled_at, value, method, generated FROM samples_of_machine("
        "machine_id = {machine_id:UUID}, metrics = {metrics:Array(String)},"
        " from_seconds = {from_seconds:Int64}, until_seconds = {until_seconds:Int64})"
        f"{only}"
        " ORDER BY sampled_at, metric, instance LIMIT {limit:UInt32}",
        params | {"metrics": [metric.value for metric in metrics]},
    )
    return [
        SeriesPoint(
            (Metric(row["metric"]), row["instance"]),
            row["method"] or None,
            PerformancePoint(
                at=row["sampled_at"],
                value=row["value"],
                min=row["value"],
                generated=row["generated"],
                samples_present=1,
                samples_expected=1,
            ),
        )
        for row in rows
    ]
