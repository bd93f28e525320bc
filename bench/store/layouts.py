"""Ways to lay out raw samples, each filled with the same rows, merged, measured and read."""

import re
from dataclasses import dataclass

from bench.report import Figures
from bench.store.parts import Parts

from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.migrations import all_migrations, render

CHOSEN = "packed whole numbers"
_PACKED = """
    metric LowCardinality(String), machine_id UUID, instance String,
    first_sampled_at DateTime('UTC') CODEC({times}), last_sampled_at DateTime('UTC') CODEC({times}),
    window_hash {hash}, interval_seconds UInt16,
    sampled_at Array(DateTime('UTC')) CODEC({times}), values Array(Float64) CODEC({values}),
    method LowCardinality(String), generated Bool, source_id LowCardinality(String)
"""
_ROWS = """
    metric LowCardinality(String), machine_id UUID, instance String,
    sampled_at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)), value Float64 CODEC(ZSTD(1)),
    interval_seconds UInt16, method LowCardinality(String), generated Bool, source_id LowCardinality(String)
"""
_KEY = "(metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash)"


@dataclass(frozen=True)
class Layout:
    """A table for raw samples.

    Attributes:
        columns: Their definitions.
        key: What it is ordered by.
        fill: Selects its rows from `incoming`.
        values: Gives the samples of a row as an array, or of a plain row as one value.
    """

    columns: str
    key: str = _KEY
    fill: str = "SELECT * FROM incoming"
    values: str = "arrayJoin(values)"


def layouts() -> dict[str, Layout]:
    """Return the layouts by name; the chosen one is taken from the migrations."""

    def packed(values: str, hash_type: str = "UInt64", times: str = "Delta, ZSTD(1)") -> Layout:
        return Layout(_PACKED.format(values=values, hash=hash_type, times=times))

    return {
        CHOSEN: _chosen(),
        "packed doubles, ZSTD(1)": packed("ZSTD(1)"),
        "packed doubles, ZSTD(3), 32-bit hash": packed("ZSTD(3)", "UInt32", "DoubleDelta, ZSTD(1)"),
        "packed doubles, Gorilla": packed("Gorilla, ZSTD(1)"),
        "packed doubles, FPC": packed("FPC(12), ZSTD(1)"),
        "a row per sample": Layout(
            _ROWS,
            "(metric, machine_id, instance, sampled_at)",
            "SELECT metric, machine_id, instance, at AS sampled_at, one AS value, interval_seconds, method,"
            " generated, source_id FROM incoming ARRAY JOIN sampled_at AS at, values AS one",
            "value",
        ),
    }


def _chosen() -> Layout:
    """Return the table and the packing view of the migrations."""
    statements = [sql for migration in all_migrations() for sql in render(migration.up_sql)]
    table = [sql for sql in statements if re.match(r"CREATE TABLE performance_samples\s", sql)][-1]
    view = next(
        sql for sql in statements if sql.startswith("CREATE MATERIALIZED VIEW performance_samples_view")
    )
    columns = table[table.index("(") + 1 : table.index("ENGINE")].strip().removesuffix(")")
    decoded = "toFloat64(unit) * numerator / denominator"
    return Layout(
        columns,
        _KEY,
        view[view.index(" AS\n") + 4 :].replace("FROM arriving_samples", "FROM incoming"),
        f"arrayJoin(if(denominator = 0, exact_values, arrayMap(unit -> {decoded}, units)))",
    )


async def measure(parts: Parts, store: ClickHouse, layout: Layout, samples: int) -> Figures:
    """Fill a table of this layout in parts, merge it, read a percentile of every metric, and drop it."""
    await store.command(
        f"CREATE TABLE measured ({layout.columns}) ENGINE = ReplacingMergeTree ORDER BY {layout.key}"
        " SETTINGS index_granularity = 2048"
    )
    began = parts.store_cpu_seconds()
    for remainder in range(4):
        condition = f"WHERE cityHash64(first_sampled_at) % 4 = {remainder}"
        incoming = f"(SELECT * FROM incoming {condition})"
        await store.command(
            f"INSERT INTO measured {layout.fill.replace('FROM incoming', f'FROM {incoming}')}"
        )
    await store.command("OPTIMIZE TABLE measured FINAL")
    written = parts.store_cpu_seconds()
    await store.query_rows(
        "SELECT metric, quantileExact(0.95)(value)"
        f" FROM (SELECT metric, {layout.values} AS value FROM measured) GROUP BY metric"
    )
    read = parts.store_cpu_seconds()
    size = await table_bytes(store, "measured")
    await store.command("DROP TABLE measured SYNC")
    return {
        "bytes_per_sample": size / samples,
        "samples_per_byte": samples / size,
        "write_and_merge_cpu_ns_per_sample": (written - began) / samples * 1e9,
        "percentile_read_cpu_ns_per_sample": (read - written) / samples * 1e9,
    }


async def table_bytes(store: ClickHouse, table: str) -> int:
    """Return what a table's live parts take on disk, marks and keys included."""
    (row,) = await store.query_rows(
        "SELECT sum(bytes_on_disk) AS size FROM system.parts"
        " WHERE active AND database = {database:String} AND table = {table:String}",
        {"database": store.database, "table": table},
    )
    return int(row["size"])
