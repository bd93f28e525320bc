"""The normalizer writes packed rows and roll-ups itself; views make the same of what comes otherwise."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import numpy
import pyarrow
import pytest

from normalizer.adapters.arrow import samples_table
from normalizer.adapters.samples import ClickHouseSamples
from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.roll_ups import TABLES, roll_up
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import Series
from normalizer.domain.performance.table_order import Runs, in_order, table_order
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings
from surveyor_schemas.counters import Metric

pytestmark = pytest.mark.parts

START = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
MACHINES = 20


@pytest.fixture
async def other_store(clickhouse: Any, store: ClickHouse) -> AsyncIterator[ClickHouse]:
    settings = ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )
    async with ClickHouse(settings) as other:
        await migrate(other)
        yield other


def some_rows() -> PackedRows:
    """Whole counts, fractions and odd doubles of all metrics, over a slot's border, some of them missing."""
    random = numpy.random.default_rng(7)
    rows = RowBuilder()
    for number in range(MACHINES):
        times = [START + 20 * (number + position) for position in range(15)]
        series = [
            Series.of(
                metric, "" if "percent" in metric else f"device-{number % 3}", values, *scale, method=method
            )
            for metric in Metric
            for values, scale, method in (
                (random.integers(0, 10_000, 15).astype(float).tolist(), (1024, 1_000_000), "usage"),
                ([None, *random.uniform(0, 100, 14).round(2).tolist()], (1, 1), ""),
                (random.uniform(0, 100, 15).tolist(), (1, 100), "pressure"),
            )
        ]
        machine = MachineSamples(uuid5(NAMESPACE_OID, str(number)), 20, times, [])
        at = datetime(2026, 11, 1, tzinfo=UTC)
        rows.add(SampledBatch("s", "vmware", "c", UUID(int=1), 1, at, number % 2 == 0, [machine]), [series])
    return rows.build()


def in_canonical_units(rows: PackedRows) -> pyarrow.Table:
    order = table_order([rows])
    offsets, content = in_order([Runs.of(rows, rows.values)], order, numpy.float64)
    values = pyarrow.ListArray.from_arrays(pyarrow.array(offsets, pyarrow.int32()), content)
    packed = samples_table([rows]).drop_columns(["numerator", "denominator", "units", "exact_values"])
    return packed.append_column("values", values)


@pytest.mark.parametrize(
    "read",
    [
        "samples ORDER BY metric, machine_id, instance, sampled_at",
        *(f"{table} FINAL ORDER BY ALL" for table in TABLES),
    ],
)
async def test_what_is_read_is_the_same(store: ClickHouse, other_store: ClickHouse, read: str) -> None:
    rows = some_rows()
    samples = ClickHouseSamples(store, Health("clickhouse"))
    await samples.insert_samples([rows, rows])
    await samples.insert_roll_ups([roll_up(rows)])
    await other_store.insert_arrow("arriving_samples", in_canonical_units(rows))
    ours, theirs = [await each.query_rows(f"SELECT * FROM {read}") for each in (store, other_store)]
    assert ours == theirs
    assert ours


async def test_rows_come_in_the_order_in_which_the_store_keeps_them(store: ClickHouse) -> None:
    columns = "metric String, machine_id UUID, instance String"
    await store.command(f"CREATE TABLE as_they_came ({columns}) ENGINE = Memory")
    table = samples_table([some_rows(), some_rows()])
    await store.insert_arrow("as_they_came", table.select(["metric", "machine_id", "instance"]))
    came = await store.query_rows("SELECT * FROM as_they_came")
    assert came == await store.query_rows("SELECT * FROM as_they_came ORDER BY metric, machine_id, instance")
    assert len({row["machine_id"] for row in came}) == MACHINES
