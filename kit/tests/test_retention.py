"""The tables keep their rows for as long as the settings say."""

from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate
from surveyor_kit.retention import TtlChange, apply_ttls, planned_ttls
from surveyor_kit.settings import ClickHouseSettings, StoreSettings
from surveyor_schemas.retention import DEFAULTS, RETENTIONS

FOR_A_FIXED_TIME = {"consumer_crashes", "assessment_backtest_checks"}
"""Work in hand rather than an owner's data."""


@pytest.fixture
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(clickhouse_settings) as store:
        yield store


@pytest.mark.parts
async def test_defaults_are_what_the_migrations_create(store: ClickHouse) -> None:
    assert await planned_ttls(store, StoreSettings()) == []  # no tables yet
    await migrate(store)
    assert await apply_ttls(store, StoreSettings()) == []
    rows = await store.query_rows(
        "SELECT name FROM system.tables"
        " WHERE database = {database:String} AND create_table_query LIKE '% TTL %'",
        {"database": store.database},
    )
    adjustable = {table for each in RETENTIONS for table in each.tables}
    assert {row["name"] for row in rows} == adjustable | FOR_A_FIXED_TIME


@pytest.mark.parts
async def test_another_time_is_applied_once_and_shown_before(store: ClickHouse) -> None:
    await migrate(store)
    wanted = StoreSettings(raw_samples_days=10, changes_months=3)
    expected = [
        TtlChange(
            "performance_samples",
            "last_sampled_at + toIntervalDay(35)",
            "last_sampled_at + toIntervalDay(10)",
        ),
        TtlChange(
            "machine_changes",
            "toDateTime(observed_at) + toIntervalMonth(13)",
            "toDateTime(observed_at) + toIntervalMonth(3)",
        ),
    ]
    assert await planned_ttls(store, wanted) == expected
    assert await apply_ttls(store, wanted) == expected
    assert await apply_ttls(store, wanted) == []


@pytest.mark.parts
async def test_rows_beyond_a_shorter_time_go(store: ClickHouse) -> None:
    await migrate(store)
    await store.command(
        "INSERT INTO arriving_samples"
        " (metric, machine_id, first_sampled_at, last_sampled_at, interval_seconds, sampled_at, values)"
        " SELECT 'cpu_percent', generateUUIDv4(), at, at, 20, [at], [1.0]"
        " FROM (SELECT now() - toIntervalDay(number) AS at FROM numbers(30))"
    )
    await apply_ttls(store, StoreSettings(raw_samples_days=10))
    await store.command("OPTIMIZE TABLE performance_samples FINAL")
    (row,) = await store.query_rows("SELECT count() AS kept FROM samples")
    assert row["kept"] == 10


def test_each_retention_is_a_setting() -> None:
    assert set(StoreSettings.model_fields) == set(DEFAULTS)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"raw_samples_days": 100, "roll_ups_months": 3}, "longer than their roll-ups"),
        ({"batches_days": 7}, "more than the 7 days of performance-raw"),
        ({"raw_samples_days": 0}, "raw_samples_days"),
    ],
)
def test_times_that_do_not_fit_together_are_refused(wrong: dict[str, int], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        StoreSettings.model_validate(wrong)
