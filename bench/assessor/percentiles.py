"""The 95th percentile of CPU and memory of every machine: our store, DuckDB and Polars on the same peaks.

Ours are the assessor's own statements over sealed days, page by page. The others read a Parquet file with
the same rows: metric, machine, day, and an array of 144 peaks.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import duckdb
import polars
import psutil
import pyarrow.parquet
from bench.assessor.estate import WINDOW_END, WINDOW_START, add_scope
from bench.processes import cpu_seconds
from bench.report import Figures

from assessor.adapters.percentiles import percentile_rows
from assessor.adapters.series_sql import CPU_PERCENT, MEMORY_PERCENT
from assessor.adapters.statements import PromptClickHouse
from assessor.domain.window import SLOT, Window
from surveyor_kit.clickhouse import ClickHouse

PERCENTILE = 95
METRICS = (CPU_PERCENT, MEMORY_PERCENT)
PAGE_MACHINES = 1_000
_MACHINES_A_FILE_PART = 2_500

Found = dict[tuple[str, UUID], float]


async def write_parquet(store: ClickHouse, machine_ids: Sequence[UUID], path: Path) -> None:
    """Write the sealed days of both metrics to one file."""
    writer: pyarrow.parquet.ParquetWriter | None = None
    for metric in METRICS:
        for start in range(0, len(machine_ids), _MACHINES_A_FILE_PART):
            part = machine_ids[start : start + _MACHINES_A_FILE_PART]
            table = await store.query_arrow(
                "SELECT toString(metric) AS metric, toString(machine_id) AS machine, day, peaks"
                " FROM peaks_day FINAL"
                " WHERE metric = {metric:String}"
                " AND machine_id >= {first:UUID} AND machine_id <= {last:UUID}",
                {"metric": metric.name, "first": str(part[0]), "last": str(part[-1])},
            )
            writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    if writer is not None:
        writer.close()


async def ours(
    store: ClickHouse, machine_ids: Sequence[UUID], engine: psutil.Process
) -> tuple[Figures, Found]:
    """Ask our store, as a run does."""
    run_id = uuid4()
    await add_scope(store, run_id, machine_ids)
    found: Found = {}
    statements, window = PromptClickHouse(store), Window(WINDOW_START, WINDOW_END)
    began_at, cpu_began = time.monotonic(), cpu_seconds(engine) + _own_cpu_seconds()
    for start in range(0, len(machine_ids), PAGE_MACHINES):
        page = machine_ids[start : start + PAGE_MACHINES]
        params = {
            "run_id": str(run_id),
            "first_id": str(page[0]),
            "last_id": str(page[-1]),
            "start_epoch": int(WINDOW_START.timestamp()),
            "last_slot_epoch": int((WINDOW_END - SLOT).timestamp()),
        }
        rows = await percentile_rows(statements, METRICS, params, PERCENTILE, window.points)
        found |= {(row["metric"], row["machine_id"]): row["value"] for row in rows}
    took = time.monotonic() - began_at
    return _figures(took, cpu_seconds(engine) + _own_cpu_seconds() - cpu_began, machine_ids), found


def with_duckdb(path: Path, machine_ids: Sequence[UUID]) -> tuple[Figures, Found]:
    """Ask DuckDB."""
    began_at, cpu_began = time.monotonic(), _own_cpu_seconds()
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT metric, machine, quantile_disc(peak, ?) FROM"
            " (SELECT metric, machine, unnest(peaks) AS peak FROM read_parquet(?))"
            " WHERE peak IS NOT NULL GROUP BY metric, machine",
            [PERCENTILE / 100, str(path)],
        ).fetchall()
    found = {(metric, UUID(machine)): value for metric, machine, value in rows}
    return _figures(time.monotonic() - began_at, _own_cpu_seconds() - cpu_began, machine_ids), found


def with_polars(path: Path, machine_ids: Sequence[UUID]) -> tuple[Figures, Found]:
    """Ask Polars."""
    began_at, cpu_began = time.monotonic(), _own_cpu_seconds()
    rows = (
        polars.scan_parquet(path)
        .group_by("metric", "machine")
        .agg(polars.col("peaks").explode().drop_nulls().quantile(PERCENTILE / 100, "equiprobable"))
        .collect(engine="streaming")
        .rows()
    )
    found = {(metric, UUID(machine)): value for metric, machine, value in rows}
    return _figures(time.monotonic() - began_at, _own_cpu_seconds() - cpu_began, machine_ids), found


def _figures(seconds: float, cpu: float, machine_ids: Sequence[UUID]) -> Figures:
    return {
        "percentile_seconds": seconds,
        "percentile_cpu_seconds": cpu,
        "percentiles_per_second": len(METRICS) * len(machine_ids) / seconds,
    }


def _own_cpu_seconds() -> float:
    return cpu_seconds(psutil.Process())
