"""Bring the tables' time to live to what the settings say."""

import re
from dataclasses import dataclass

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.logging import get_logger
from surveyor_kit.settings.retention import StoreSettings
from surveyor_schemas.retention import RETENTIONS

log = get_logger(__name__)

_TTL = re.compile(r"\bTTL (?P<ttl>.+? \+ toInterval\w+\(\d+\))")
_STATEMENTS = """
SELECT name, create_table_query AS statement FROM system.tables WHERE database = {database:String}
"""


@dataclass(frozen=True, slots=True)
class TtlChange:
    """A table whose rows are to be kept for another time."""

    table: str
    before: str | None
    after: str


async def planned_ttls(store: ClickHouse, wanted: StoreSettings) -> list[TtlChange]:
    """Return what `apply_ttls` would change; tables that are not there yet are left out."""
    rows = await store.query_rows(_STATEMENTS, {"database": store.database})
    suffix = "_local" if store.settings.cluster else ""
    statements = {
        row["name"].removesuffix(suffix): row["statement"] for row in rows if row["name"].endswith(suffix)
    }
    changes = [
        TtlChange(table, _ttl_of(statements[table]), f"{column} + toInterval{each.unit}({keep})")
        for each in RETENTIONS
        for keep in [getattr(wanted, each.setting)]
        for table, column in each.tables.items()
        if table in statements
    ]
    return [change for change in changes if change.before != change.after]


async def apply_ttls(store: ClickHouse, wanted: StoreSettings) -> list[TtlChange]:
    """Change the tables that keep rows for another time; return what was changed.

    Repeating it changes nothing. Rows beyond a shorter time go when the store merges their parts.
    """
    changes = await planned_ttls(store, wanted)
    cluster = store.settings.cluster
    suffix, on_cluster = ("_local", f" ON CLUSTER '{cluster}'") if cluster else ("", "")
    for change in changes:
        await store.command(f"ALTER TABLE {change.table}{suffix}{on_cluster} MODIFY TTL {change.after}")
        log.info("ttl_changed", table=change.table, before=change.before, after=change.after)
    return changes


def _ttl_of(statement: str) -> str | None:
    found = _TTL.search(statement)
    return found["ttl"] if found else None
