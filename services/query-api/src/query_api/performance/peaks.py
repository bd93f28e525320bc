"""10-minute slots from the roll-up tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from query_api.performance.schemas import PerformancePoint
from query_api.store import Row, Store
from surveyor_schemas.counters import DISK_METRICS, MACHINE_METRICS, NIC_METRICS, Metric

SLOT_SECONDS = 600
MEMORY_METRICS = (Metric.MEMORY_PERCENT, Metric.MEMORY_ASSIGNED_PERCENT)
SeriesKey = tuple[Metric, str]


@dataclass(frozen=True, slots=True)
class RollUp:
    """A roll-up table and the metrics it has columns for."""

    table: str
    metrics: tuple[Metric, ...]
    has_instances: bool


ROLL_UPS = (
    RollUp("machine_10m", MACHINE_METRICS, has_instances=False),
    RollUp("disk_10m", DISK_METRICS, has_instances=True),
    RollUp("nic_10m", NIC_METRICS, has_instances=True),
)


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A point and the series it belongs to."""

    key: SeriesKey
    method: str | None
    point: PerformancePoint


async def read_peaks(
    store: Store, metrics: Sequence[Metric], instances: Sequence[str], params: dict[str, Any]
) -> list[SeriesPoint]:
    """Return the slots of a window, in order of time.

    Args:
        store: The store.
        metrics: Which metrics.
        instances: Which disks and NICs; all when empty.
        params: `machine_id`, `from_seconds`, `until_seconds`, `limit`.
    """
    points: list[SeriesPoint] = []
    for roll_up in ROLL_UPS:
        wanted = [metric for metric in roll_up.metrics if metric in metrics]
        if not wanted or (instances and not roll_up.has_instances and "" not in instances):
            continue
        for row in await store.rows(_statement(roll_up, wanted, instances), params):
            points.extend(_points(row, wanted))
    return points


def _statement(roll_up: RollUp, metrics: Sequence[Metric], instances: Sequence[str]) -> str:
    columns = ["slot_at", "min(interval_seconds) AS step_seconds", "max(generated) AS is_generated"]
    for metric in metrics:
        columns += [
            f"max({metric}_max) AS {metric}_high",
            f"min({metric}_min) AS {metric}_low",
            f"bitCount(groupBitOr({metric}_samples)) AS {metric}_present",
        ]
    if not roll_up.has_instances:
        columns.append("max(memory_method) AS method")
    keys = "slot_at, instance" if roll_up.has_instances else "slot_at"
    columns += ["instance"] if roll_up.has_instances else []
    only = " AND instance IN {instances:Array(String)}" if roll_up.has_instances and instances else ""
    return (
        f"SELECT {', '.join(columns)} FROM {roll_up.table}"
        " WHERE machine_id = {machine_id:UUID} AND slot_at >= fromUnixTimestamp({from_seconds:Int64})"
        f" AND slot_at < fromUnixTimestamp({{until_seconds:Int64}}){only}"
        f" GROUP BY {keys} ORDER BY {keys} LIMIT {{limit:UInt32}}"
    )


def _points(row: Row, metrics: Sequence[Metric]) -> Iterator[SeriesPoint]:
    for metric in metrics:
        if row[f"{metric}_high"] is None:
            continue
        point = PerformancePoint(
            at=row["slot_at"],
            value=row[f"{metric}_high"],
            min=row[f"{metric}_low"],
            generated=bool(row["is_generated"]),
            samples_present=row[f"{metric}_present"],
            samples_expected=max(1, SLOT_SECONDS // row["step_seconds"]),
        )
        method = row.get("method") if metric in MEMORY_METRICS else None
        yield SeriesPoint((metric, row.get("instance", "")), method or None, point)
