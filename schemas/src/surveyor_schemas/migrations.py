"""The ClickHouse migrations, and their two renderings: a single node and a replicated cluster.

One set of files serves both. Placeholders, each in double braces:

- `local X`: the table that holds the rows: `X`, on a cluster `X_local`;
- `all X`: the table that readers and writers name: `X` in both;
- `on_cluster`: empty, on a cluster `ON CLUSTER '<name>'`;
- `engine E(args)`: `E(args)`, on a cluster its Replicated form;
- `distributed X by column` (a statement): nothing, on a cluster the Distributed table `X` over `X_local`;
- `drop X` (a statement): drops `X`, on a cluster `X_local` as well.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

Mode = Literal["single", "replicated"]
_FILE = re.compile(r"^(?P<version>\d{4})_(?P<name>\w+)\.up\.sql$")
_PLACEHOLDER = re.compile(r"\{\{(\w+)(?:\s+([^{}]+?))?\}\}")
_COMMENT_LINE = re.compile(r"^\s*--.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the tables, forwards and back, before rendering."""

    version: int
    name: str
    up_sql: str
    down_sql: str


def all_migrations() -> tuple[Migration, ...]:
    """Every migration, oldest first; versions count from 1 without gaps."""
    folder = resources.files("surveyor_schemas") / "clickhouse"
    names = sorted(entry.name for entry in folder.iterdir() if _FILE.match(entry.name))
    return tuple(
        Migration(
            version=int(name[:4]),
            name=name[5 : -len(".up.sql")],
            up_sql=(folder / name).read_text(encoding="utf-8"),
            down_sql=(folder / name.replace(".up.sql", ".down.sql")).read_text(encoding="utf-8"),
        )
        for name in names
    )


def latest_version() -> int:
    """The version that the code of this release expects."""
    return all_migrations()[-1].version


def render(sql: str, mode: Mode = "single", *, cluster: str = "surveyor") -> list[str]:
    """Fill the placeholders and return the statements in order, without comments.

    Args:
        sql: The text of a migration file.
        mode: `single` for plain engines, `replicated` for a cluster.
        cluster: The cluster's name in the server's configuration.

    Raises:
        ValueError: an unknown placeholder.
    """
    fillers = _single() if mode == "single" else _replicated(cluster)

    def fill(match: re.Match[str]) -> str:
        kind, argument = match.group(1), (match.group(2) or "").strip()
        if kind not in fillers:
            raise ValueError(f"unknown placeholder {match.group(0)}")
        return fillers[kind](argument)

    text = _PLACEHOLDER.sub(fill, _COMMENT_LINE.sub("", sql))
    return [statement.strip() for statement in text.split(";") if statement.strip()]


_Filler = Callable[[str], str]


def _single() -> dict[str, _Filler]:
    return {
        "local": lambda table: table,
        "all": lambda table: table,
        "on_cluster": lambda _: "",
        "engine": lambda engine: engine,
        "distributed": lambda _: "",
        "drop": lambda table: f"DROP TABLE IF EXISTS {table}",
    }


def _replicated(cluster: str) -> dict[str, _Filler]:
    on_cluster = f"ON CLUSTER '{cluster}'"

    def engine(declared: str) -> str:
        name, _, arguments = declared.partition("(")
        path = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'"
        inner = arguments.rstrip(")").strip()
        return f"Replicated{name}({path}{', ' + inner if inner else ''})"

    def distributed(declared: str) -> str:
        table, column = declared.split(" by ")
        return (
            f"CREATE TABLE {table} {on_cluster} AS {table}_local\n"
            f"ENGINE = Distributed('{cluster}', currentDatabase(), '{table}_local', cityHash64({column}))"
        )

    return {
        "local": lambda table: f"{table}_local",
        "all": lambda table: table,
        "on_cluster": lambda _: on_cluster,
        "engine": engine,
        "distributed": distributed,
        "drop": lambda table: (
            f"DROP TABLE IF EXISTS {table} {on_cluster};\nDROP TABLE IF EXISTS {table}_local {on_cluster}"
        ),
    }
