from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.errors import SchemaOutdated, StoreError
from surveyor_kit.migrations import Step, migrate, pending, require_current
from surveyor_kit.settings import ClickHouseSettings
from surveyor_schemas.migrations import Migration, all_migrations, latest_version

pytestmark = pytest.mark.parts

FIRST = Migration(
    1,
    "machines",
    "CREATE TABLE {{local a}} {{on_cluster}} (x UInt8) ENGINE = {{engine MergeTree}} ORDER BY x;"
    "CREATE TABLE {{local b}} {{on_cluster}} (x UInt8) ENGINE = {{engine MergeTree}} ORDER BY x;",
    "{{drop b}}; {{drop a}};",
)
MACHINE = UUID(int=1)
SERIES = {
    "cpu_percent": [12.34, 0.0, 100.0],
    "read_iops": [3.0, 1.25, 7.0],
    "read_mb_per_second": [4 * 1024 / 1e6, 7 * 1024 / 1e6, 0.0],
    "memory_percent": [1 / 3, 2 / 3, 1e-9],
}
"""As sources count them, and as no scale gives them back."""
COLUMNS = (
    "metric",
    "machine_id",
    "first_sampled_at",
    "last_sampled_at",
    "interval_seconds",
    "sampled_at",
    "values",
)
SECOND = Migration(2, "samples", "ALTER TABLE a ADD COLUMN y UInt8", "ALTER TABLE a DROP COLUMN y")


@pytest.fixture
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(clickhouse_settings) as store:
        yield store


async def tables(store: ClickHouse) -> set[str]:
    rows = await store.query_rows(
        "SELECT name FROM system.tables WHERE database = {database:String}", {"database": store.database}
    )
    return {row["name"] for row in rows} - {"schema_migrations"}


async def test_every_migration_of_the_product_runs_both_ways(store: ClickHouse) -> None:
    with pytest.raises(SchemaOutdated, match="run `surveyor migrate`"):
        await require_current(store)
    await migrate(store)
    await require_current(store)
    assert "performance_samples" in await tables(store)
    assert len(await migrate(store, target=0)) == latest_version()
    assert await tables(store) == set()
    await migrate(store)
    await require_current(store)


async def test_data_survives_every_step_there_and_back(store: ClickHouse) -> None:
    """From the tables of the first version to the latest, back, and there again: samples read the same."""
    await migrate(store, 1)
    times = [1_800_000_000 + 20 * n for n in range(3)]
    for metric, values in SERIES.items():
        await store.insert_rows(
            "performance_samples",
            COLUMNS,
            [[metric, MACHINE, times[0], times[-1], 20, times, values]],
        )
    expected = {metric: dict(zip(times, values, strict=True)) for metric, values in SERIES.items()}
    peaks = await store.query_rows("SELECT * EXCEPT machine_id FROM machine_10m FINAL")
    for version in (latest_version(), 1, latest_version()):
        await migrate(store, version)
        assert await samples(store) == expected
        assert await store.query_rows("SELECT * EXCEPT machine_id FROM machine_10m FINAL") == peaks


async def samples(store: ClickHouse) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {}
    for row in await store.query_rows("SELECT metric, toUnixTimestamp(sampled_at) AS at, value FROM samples"):
        found.setdefault(row["metric"], {})[row["at"]] = row["value"]
    return found


async def test_repeating_runs_nothing(store: ClickHouse) -> None:
    assert [step.version for step in await migrate(store)] == [m.version for m in all_migrations()]
    assert await migrate(store) == []


async def test_target_is_where_it_ends(store: ClickHouse) -> None:
    known = [FIRST, SECOND]
    assert await migrate(store, 1, known) == [Step(1, "machines", "up")]
    assert await pending(store, known) == [SECOND]
    assert await migrate(store, 2, known) == [Step(2, "samples", "up")]
    assert await migrate(store, 1, known) == [Step(2, "samples", "down")]
    assert await pending(store, known) == [SECOND]


async def test_unknown_target_is_refused(store: ClickHouse) -> None:
    with pytest.raises(ValueError, match="no version 9"):
        await migrate(store, 9, [FIRST])


async def test_broken_migration_is_continued_where_it_broke(store: ClickHouse) -> None:
    create_a, _ = FIRST.up_sql.split(";")[:2]
    broken = Migration(1, "machines", f"{create_a}; CREATE NONSENSE", FIRST.down_sql)
    with pytest.raises(StoreError):
        await migrate(store, 1, [broken])
    assert await tables(store) == {"a"}
    assert await pending(store, [FIRST]) == [FIRST]
    await migrate(store, 1, [FIRST])
    assert await tables(store) == {"a", "b"}


async def test_statement_that_ran_but_was_not_recorded_is_passed_over(store: ClickHouse) -> None:
    await store.command("CREATE TABLE a (x UInt8) ENGINE = MergeTree ORDER BY x")
    await migrate(store, 1, [FIRST])
    assert await tables(store) == {"a", "b"}


async def test_absent_database_is_created(clickhouse_settings: ClickHouseSettings) -> None:
    settings = clickhouse_settings.model_copy(update={"database": f"{clickhouse_settings.database}_new"})
    async with ClickHouse(settings) as store:
        with pytest.raises(SchemaOutdated):
            await require_current(store)
        await migrate(store, 1, [FIRST])
        assert await tables(store) == {"a", "b"}
        await store.command(f"DROP DATABASE {settings.database}")
