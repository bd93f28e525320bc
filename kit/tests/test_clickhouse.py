import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import pyarrow
import pytest

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.errors import RetryableError, StoreError
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import ClickHouseSettings
from surveyor_kit.testing import FaultProxy

pytestmark = pytest.mark.parts

MACHINE = UUID("6f2cbb0c-7bd5-5f5c-9f58-0a3a9d5f4c11")
NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(clickhouse_settings) as store:
        await store.command(
            "CREATE TABLE samples (machine_id UUID, sampled_at DateTime('UTC'), value Nullable(Float64)) "
            "ENGINE = ReplacingMergeTree ORDER BY (machine_id, sampled_at)"
        )
        yield store


@pytest.fixture
async def proxy(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[FaultProxy]:
    address = urlsplit(clickhouse_settings.url)
    async with FaultProxy(str(address.hostname), address.port or 8123) as proxy:
        yield proxy


@pytest.fixture
async def store_behind_proxy(
    proxy: FaultProxy, clickhouse_settings: ClickHouseSettings
) -> AsyncIterator[ClickHouse]:
    changes = {"url": f"http://{proxy.address}", "query_timeout_seconds": 2}
    async with ClickHouse(clickhouse_settings.model_copy(update=changes)) as store:
        yield store


async def test_rows_come_back_as_they_went_in(store: ClickHouse) -> None:
    columns = ["machine_id", "sampled_at", "value"]
    await store.insert_rows("samples", columns, [[MACHINE, NOON, None]])
    rows = await store.query_rows(
        "SELECT * FROM samples WHERE machine_id = {machine:UUID}", {"machine": MACHINE}
    )
    assert rows == [{"machine_id": MACHINE, "sampled_at": NOON, "value": None}]


async def test_arrow_goes_in_and_out(store: ClickHouse) -> None:
    await store.command("CREATE TABLE names (name String, size Int64) ENGINE = MergeTree ORDER BY name")
    table = pyarrow.table({"size": [1, 2], "name": ["a", "b"]})
    await store.insert_arrow("names", table)
    assert (await store.query_arrow("SELECT name, size FROM names ORDER BY name")).to_pylist() == [
        {"name": "a", "size": 1},
        {"name": "b", "size": 2},
    ]


async def test_bytes_in_a_format_go_in_as_they_are(store: ClickHouse) -> None:
    line = f'{{"machine_id":"{MACHINE}","sampled_at":"2026-01-31 12:00:00","value":1.5}}\n'
    await store.insert_raw("samples", line.encode(), "JSONEachRow")
    assert [row["value"] for row in await store.query_rows("SELECT value FROM samples")] == [1.5]


async def test_no_rows_are_no_statement(store: ClickHouse) -> None:
    await store.insert_rows("nowhere", ["x"], [])


async def test_refusal_is_a_bug_with_its_code(store: ClickHouse) -> None:
    with pytest.raises(StoreError) as refused:
        await store.query_rows("SELECT * FROM nowhere")
    assert refused.value.code == 60


async def test_statements_run_side_by_side(store: ClickHouse) -> None:
    slow = asyncio.create_task(store.query_rows("SELECT sleep(3) AS slept"))
    await asyncio.gather(*(store.ping() for _ in range(20)))
    assert not slow.done()
    await slow


async def test_wrong_password_is_refused_not_retried(clickhouse_settings: ClickHouseSettings) -> None:
    changes = {"password": type(clickhouse_settings.password)("wrong")}
    async with ClickHouse(clickhouse_settings.model_copy(update=changes)) as store:
        with pytest.raises(StoreError):
            await store.ping()


async def test_store_that_is_away_is_retryable_and_comes_back(
    proxy: FaultProxy, store_behind_proxy: ClickHouse
) -> None:
    await proxy.refuse()
    with pytest.raises(RetryableError):
        await store_behind_proxy.ping()
    proxy.heal()
    await store_behind_proxy.ping()
    assert proxy.faults["refuse"] > 0


async def test_hanging_store_times_out_retryable(proxy: FaultProxy, store_behind_proxy: ClickHouse) -> None:
    await store_behind_proxy.ping()
    proxy.hang()
    with pytest.raises(RetryableError):
        await store_behind_proxy.ping()
    assert proxy.faults["hang"] > 0


async def test_insert_whose_answer_was_lost_can_be_repeated(
    store: ClickHouse, proxy: FaultProxy, store_behind_proxy: ClickHouse
) -> None:
    columns, row = ["machine_id", "sampled_at", "value"], [MACHINE, NOON, 1.0]
    await store_behind_proxy.query_rows("SELECT * FROM samples")
    proxy.lose_answer()
    await retry_forever(lambda: store_behind_proxy.insert_rows("samples", columns, [row]), name="store")
    assert proxy.faults["lose-answer"] == 1
    (rows,) = await store.query_rows("SELECT count() AS visible FROM samples FINAL")
    assert rows == {"visible": 1}
