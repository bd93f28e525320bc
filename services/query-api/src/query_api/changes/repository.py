"""Changes in `machine_changes`."""

import json
from typing import Any
from uuid import UUID

from pydantic import JsonValue

from query_api.changes.schemas import ChangesQuery, ChangeView
from query_api.store import Row, Store, epoch_micros
from query_api.web.paging import cut_page, decode_cursor

_COLUMNS = ", ".join(ChangeView.model_fields)


class ChangeRepository:
    """Reads recorded changes, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, query: ChangesQuery) -> tuple[list[ChangeView], str | None]:
        """Return one page and the cursor of the next."""
        where, params = _where(query)
        rows = await self._store.rows(
            f"SELECT {_COLUMNS}, toUnixTimestamp64Micro(recorded_at) AS recorded_micros"
            f" FROM machine_changes FINAL WHERE {where}"
            " ORDER BY recorded_at DESC, change_id DESC LIMIT {limit:UInt32}",
            params | {"limit": query.limit + 1},
        )
        rows, next_cursor = cut_page(
            rows, query.limit, lambda row: (row["recorded_micros"], row["change_id"])
        )
        return [_view(row) for row in rows], next_cursor


def _where(query: ChangesQuery) -> tuple[str, dict[str, Any]]:
    conditions: list[str] = ["1"]
    params: dict[str, Any] = {}
    if query.machine_id:
        conditions.append("machine_id = {machine_id:UUID}")
        params["machine_id"] = str(query.machine_id)
    if query.source_id:
        conditions.append("source_id = {source_id:String}")
        params["source_id"] = query.source_id
    if query.kind:
        conditions.append("kind = {kind:String}")
        params["kind"] = query.kind
    if query.since:
        conditions.append("recorded_at >= fromUnixTimestamp64Micro({since:Int64})")
        params["since"] = epoch_micros(query.since)
    if place := decode_cursor(query.cursor, int, UUID):
        conditions.append(
            "(recorded_at, change_id) < (fromUnixTimestamp64Micro({after_at:Int64}), {after_id:UUID})"
        )
        params |= {"after_at": place[0], "after_id": str(place[1])}
    return " AND ".join(conditions), params


def _view(row: Row) -> ChangeView:
    values = {name: row[name] for name in ChangeView.model_fields}
    return ChangeView.model_validate(
        values | {"before": _value(row["before"]), "after": _value(row["after"])}
    )


def _value(stored: str | None) -> JsonValue:
    """Read a value that the store keeps as JSON text."""
    if stored is None:
        return None
    value: JsonValue = json.loads(stored)
    return value
