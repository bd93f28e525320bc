"""One set of migration files renders to a single node and to a replicated cluster."""

import re
from pathlib import Path

import pytest

from surveyor_schemas.migrations import Migration, all_migrations, latest_version, render

GOLDEN = Path(__file__).parent / "golden"


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


@pytest.mark.parametrize("migration", all_migrations(), ids=lambda migration: migration.name)
def test_every_table_that_comes_up_goes_down(migration: Migration) -> None:
    created = re.findall(
        r"CREATE (?:TABLE|VIEW|MATERIALIZED VIEW) (\w+)", "\n".join(render(migration.up_sql))
    )
    dropped = re.findall(r"DROP (?:TABLE|VIEW) IF EXISTS (\w+)", "\n".join(render(migration.down_sql)))
    assert sorted(created) == sorted(dropped)


def test_unknown_placeholder_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown placeholder"):
        render("CREATE TABLE {{shared x}} (a UInt8)")
