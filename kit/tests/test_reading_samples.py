"""Raw reads of one machine touch its days and granules only, and read the same as all samples do."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings

pytestmark = pytest.mark.parts

DAYS, MACHINES, WINDOWS_PER_DAY = 4, 50, 288
MACHINE = UUID(int=42)
OF_MACHINE = (
    "FROM samples_of_machine(machine_id = {machine_id:UUID}, metrics = {metrics:Array(String)},"
    " from_seconds = {from_seconds:Int64}, until_seconds = {until_seconds:Int64})"
)
OF_ALL = (
    "FROM samples WHERE machine_id = {machine_id:UUID} AND metric IN {metrics:Array(String)}"
    " AND sampled_at >= fromUnixTimestamp({from_seconds:Int64})"
    " AND sampled_at < fromUnixTimestamp({until_seconds:Int64})"
)
FILL = f"""
    INSERT INTO arriving_samples
        (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash, interval_seconds,
         sampled_at, values)
    SELECT
        metric, machine_id, '', sampled_at[1], sampled_at[-1], window, 20, sampled_at,
        arrayMap(at -> toUInt32(at) % 9973 / 100, sampled_at)
    FROM
    (
        SELECT
            arrayJoin(['cpu_percent', 'memory_percent']) AS metric,
            toUUID('00000000-0000-0000-0000-' || leftPad(hex(number % {MACHINES}), 12, '0')) AS machine_id,
            intDiv(number, {MACHINES}) AS window,
            toStartOfDay(now() - toIntervalDay({DAYS})) + 300 * window AS begin,
            arrayMap(step -> begin + 20 * step, range(15)) AS sampled_at
        FROM numbers({MACHINES * WINDOWS_PER_DAY * DAYS})
    )
"""


@pytest.fixture
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(clickhouse_settings) as store:
        await migrate(store)
        await store.command(FILL)
        await store.command("OPTIMIZE TABLE performance_samples FINAL")
        yield store


@pytest.fixture
async def an_hour(store: ClickHouse) -> dict[str, Any]:
    """An hour that ends in the middle of a window, two days ago."""
    (row,) = await store.query_rows("SELECT toUnixTimestamp(toStartOfDay(now()) - 86400 - 3000) AS until")
    until = row["until"] - 130
    window = {"from_seconds": until - 3600, "until_seconds": until}
    return window | {"machine_id": str(MACHINE), "metrics": ["cpu_percent"]}


async def rows_estimated(store: ClickHouse, source: str, params: dict[str, Any]) -> int:
    found = await store.query_rows(f"EXPLAIN ESTIMATE SELECT sampled_at, value {source}", params)
    return sum(row["rows"] for row in found)


async def test_one_machines_hour_reads_one_day(store: ClickHouse, an_hour: dict[str, Any]) -> None:
    of_machine = await rows_estimated(store, OF_MACHINE, an_hour)
    of_all = await rows_estimated(store, OF_ALL, an_hour)
    print(f"{of_machine} rows instead of {of_all}, of {2 * MACHINES * WINDOWS_PER_DAY * DAYS}")
    assert of_machine <= 2 * 2048
    assert of_all >= DAYS * 2048


async def test_both_ways_read_the_same(store: ClickHouse, an_hour: dict[str, Any]) -> None:
    columns = "metric, machine_id, instance, sampled_at, value, method, interval_seconds, generated"
    found = await store.query_rows(f"SELECT {columns} {OF_MACHINE} ORDER BY sampled_at", an_hour)
    assert len(found) == 180
    assert found == await store.query_rows(f"SELECT {columns} {OF_ALL} ORDER BY sampled_at", an_hour)
