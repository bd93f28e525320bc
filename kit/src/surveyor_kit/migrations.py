"""Bring the store's tables to the version of this release, and let services check that they are.

ClickHouse has no transactions over DDL, so each finished statement is recorded: a run that was cut off is
continued at the statement where it was. Only one process may migrate at a time (the chart's job does).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clickhouse_errors import TABLE_EXISTS, UNKNOWN_DATABASE, UNKNOWN_TABLE
from surveyor_kit.errors import SchemaOutdated, StoreError
from surveyor_kit.logging import get_logger
from surveyor_schemas.migrations import Migration, all_migrations, render

log = get_logger(__name__)

TABLE = "schema_migrations"
COLUMNS = (
    "ordinal UInt64, version UInt32, name String, done Int32, total Int32, "
    "recorded_at DateTime64(3, 'UTC') DEFAULT now64()"
)
PROGRESS = """
SELECT version, argMax(done, ordinal) AS latest_done, argMax(total, ordinal) AS latest_total
FROM schema_migrations GROUP BY version
"""
# Every node of a cluster holds the same record, so shards do not stand in its path.
CLUSTER_ENGINE = "ReplicatedMergeTree('/clickhouse/tables/{uuid}', '{shard}-{replica}')"

Direction = Literal["up", "down"]


@dataclass(frozen=True)
class Step:
    """A migration that was run, forwards or back."""

    version: int
    name: str
    direction: Direction


@dataclass(frozen=True)
class Progress:
    """How many of a migration's statements have been run forwards, and of how many."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        """Return whether all of them have."""
        return self.done == self.total


async def migrate(
    store: ClickHouse, target: int | None = None, known: Sequence[Migration] | None = None
) -> list[Step]:
    """Run what is missing up to `target`, or go back to it; return what was run.

    Creates the database if there is none. Tables are replicated where the settings name a cluster.

    Args:
        store: The store to change.
        target: The version to end at, 0 for no tables; None for the latest.
        known: The migrations; those of `surveyor_schemas` if absent.

    Raises:
        ValueError: There is no such version.
        StoreError: A statement was refused; those before it are recorded as done.
    """
    known = all_migrations() if known is None else known
    target = known[-1].version if target is None else target
    if target not in {0, *(migration.version for migration in known)}:
        raise ValueError(f"there is no version {target} of the tables; the latest is {known[-1].version}")
    await _create_record(store)
    progress = await _progress(store)
    steps: list[Step] = []
    for migration in _newest_first(known, above=target):
        if migration.version in progress:
            steps += await _run_down(store, migration)
    for migration in known:
        begun = progress.get(migration.version)
        if migration.version <= target and not (begun and begun.complete):
            steps += await _run_up(store, migration, begun.done if begun else 0)
    return steps


async def pending(store: ClickHouse, known: Sequence[Migration] | None = None) -> list[Migration]:
    """Return the migrations that have not been run, or not to their end, oldest first."""
    progress = await _progress(store)
    known = all_migrations() if known is None else known
    return [m for m in known if m.version not in progress or not progress[m.version].complete]


async def require_current(store: ClickHouse) -> None:
    """Make sure that the tables are at least of this release's version; newer ones only grew.

    Raises:
        SchemaOutdated: They are older, or there are none.
    """
    missing = await pending(store)
    if missing:
        names = ", ".join(f"{migration.version:04} {migration.name}" for migration in missing)
        raise SchemaOutdated(f"the store lacks migration {names}: run `surveyor migrate`")


async def _run_up(store: ClickHouse, migration: Migration, already_done: int) -> list[Step]:
    statements = _rendered(store, migration.up_sql)
    for number, statement in enumerate(statements[already_done:], start=already_done + 1):
        await _create(store, statement, resumed=number == already_done + 1)
        await _record(store, migration, Progress(number, len(statements)))
    log.info("migration_applied", version=migration.version, name=migration.name)
    return [Step(migration.version, migration.name, "up")]


async def _create(store: ClickHouse, statement: str, *, resumed: bool) -> None:
    """Run one statement; the first of a continued run may have succeeded before it could be recorded."""
    try:
        await store.command(statement)
    except StoreError as error:
        if not (resumed and error.code == TABLE_EXISTS):
            raise


async def _run_down(store: ClickHouse, migration: Migration) -> list[Step]:
    for statement in _rendered(store, migration.down_sql):
        await store.command(statement)
    await _record(store, migration, None)
    log.info("migration_reverted", version=migration.version, name=migration.name)
    return [Step(migration.version, migration.name, "down")]


async def _create_record(store: ClickHouse) -> None:
    cluster = store.settings.cluster
    on_cluster = f" ON CLUSTER '{cluster}'" if cluster else ""
    engine = CLUSTER_ENGINE if cluster else "MergeTree"
    async with ClickHouse(store.settings.model_copy(update={"database": "default"})) as outer:
        await outer.command(f"CREATE DATABASE IF NOT EXISTS {store.database}{on_cluster}")
    await store.command(
        f"CREATE TABLE IF NOT EXISTS {TABLE}{on_cluster} ({COLUMNS}) ENGINE = {engine} ORDER BY ordinal"
    )


async def _record(store: ClickHouse, migration: Migration, progress: Progress | None) -> None:
    """Add to the record how far a migration is; None when it was taken back."""
    (row,) = await store.query_rows("SELECT max(ordinal) AS ordinal FROM schema_migrations")
    done, total = (progress.done, progress.total) if progress else (0, 0)
    columns = ["ordinal", "version", "name", "done", "total"]
    values = [row["ordinal"] + 1, migration.version, migration.name, done, total]
    await store.insert_rows(TABLE, columns, [values])


async def _progress(store: ClickHouse) -> Mapping[int, Progress]:
    """Return how far each migration is that was begun and not taken back."""
    try:
        rows = await store.query_rows(PROGRESS)
    except StoreError as error:
        if error.code in (UNKNOWN_DATABASE, UNKNOWN_TABLE):
            return {}
        raise
    begun = [row for row in rows if row["latest_total"]]
    return {row["version"]: Progress(row["latest_done"], row["latest_total"]) for row in begun}


def _newest_first(known: Sequence[Migration], *, above: int) -> list[Migration]:
    return [migration for migration in reversed(known) if migration.version > above]


def _rendered(store: ClickHouse, sql: str) -> list[str]:
    cluster = store.settings.cluster
    return render(sql, "replicated", cluster=cluster) if cluster else render(sql)
