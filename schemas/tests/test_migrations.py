"""One set of migration files renders to a single node and to a replicated cluster."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from surveyor_schemas.migrations import Migration, Mode, all_migrations, latest_version, render

GOLDEN = Path(__file__).parent / "golden"
CREATED = re.compile(r"CREATE (?:TABLE|VIEW|MATERIALIZED VIEW) (\w+)")
DROPPED = re.compile(r"DROP (?:TABLE|VIEW) IF EXISTS (\w+)")
RENAMED = re.compile(r"RENAME TABLE IF EXISTS (\w+) TO (\w+)")


def test_versions_count_up_without_gaps() -> None:
    versions = [migration.version for migration in all_migrations()]
    assert versions == list(range(1, latest_version() + 1))


@pytest.mark.parametrize("migration", all_migrations(), ids=lambda migration: migration.name)
def test_single_node_rendering_knows_no_cluster(migration: Migration) -> None:
    for statement in [*render(migration.up_sql), *render(migration.down_sql)]:
        assert not re.search(r"Replicated(?!ing)|Distributed|ON CLUSTER|\{\{|_local", statement)


@pytest.mark.parametrize("migration", all_migrations(), ids=lambda migration: migration.name)
def test_replicated_rendering_is_the_reviewed_one(migration: Migration) -> None:
    text = ";\n\n".join(render(migration.up_sql, "replicated")) + ";\n"
    assert text == (GOLDEN / f"{migration.version:04}_replicated.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("mode", ["single", "replicated"])
@pytest.mark.parametrize("position", range(latest_version()))
def test_each_step_back_leaves_what_was_there_before(position: int, mode: Mode) -> None:
    before = tables_after(all_migrations()[:position], mode)
    migration = all_migrations()[position]
    after = run(before, render(migration.up_sql, mode))
    assert run(after, render(migration.down_sql, mode)) == before


def tables_after(migrations: Sequence[Migration], mode: Mode) -> set[str]:
    found: set[str] = set()
    for migration in migrations:
        found = run(found, render(migration.up_sql, mode))
    return found


def run(tables: set[str], statements: list[str]) -> set[str]:
    """Follow which tables and views there are; a second one of a name is an error, as in the store."""
    there = set(tables)
    for statement in statements:
        if created := CREATED.match(statement):
            assert created[1] not in there, statement
            there.add(created[1])
        elif dropped := DROPPED.match(statement):
            there.discard(dropped[1])
        elif renamed := RENAMED.match(statement):
            there = (there - {renamed[1]}) | ({renamed[2]} if renamed[1] in there else set())
    return there


def test_unknown_placeholder_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown placeholder"):
        render("CREATE TABLE {{shared x}} (a UInt8)")
