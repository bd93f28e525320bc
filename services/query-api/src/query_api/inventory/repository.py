"""Machines in `machine_state`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from query_api.inventory.schemas import MachineFilters, MachinesQuery, MachineSummary
from query_api.store import Row, Store
from query_api.web.paging import cut_page, decode_cursor
from surveyor_schemas.inventory.machine_v1 import Machine

_COLUMNS = ", ".join(MachineSummary.model_fields)
_SORT_NAME = "lowerUTF8(name)"
_EQUAL_FILTERS = ("source_kind", "source_id", "power_state", "os_family")


class MachineRepository:
    """Reads the latest state of machines."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, query: MachinesQuery) -> tuple[list[MachineSummary], str | None, int]:
        """Return one page, the cursor of the next, and how many machines match in all."""
        where, params = _where(query)
        after, after_params = _after(query)
        order = "DESC" if query.sort == "-name" else "ASC"
        rows = await self._store.rows(
            f"SELECT {_COLUMNS}, {_SORT_NAME} AS sort_name FROM machine_state FINAL"
            f" WHERE {where} AND {after} ORDER BY sort_name {order}, machine_id {order}"
            " LIMIT {limit:UInt32}",
            params | after_params | {"limit": query.limit + 1},
        )
        counted = await self._store.row(
            f"SELECT count() AS total FROM machine_state FINAL WHERE {where}", params
        )
        rows, next_cursor = cut_page(rows, query.limit, lambda row: (row["sort_name"], row["machine_id"]))
        return [_summary(row) for row in rows], next_cursor, counted["total"] if counted else 0

    async def machine(self, machine_id: UUID) -> Machine | None:
        """Return the whole of one machine, None when it was never seen."""
        row = await self._store.row(
            "SELECT document FROM machine_state FINAL WHERE machine_id = {machine_id:UUID}",
            {"machine_id": str(machine_id)},
        )
        return Machine.model_validate_json(row["document"]) if row else None

    async def summaries(self, ids: Sequence[UUID]) -> dict[UUID, MachineSummary]:
        """Return the machines that are known of these."""
        rows = self._store.rows_by_ids(
            f"SELECT {_COLUMNS} FROM machine_state FINAL WHERE machine_id IN {{ids:Array(UUID)}}", ids
        )
        return {row["machine_id"]: _summary(row) async for row in rows}

    async def known(self, ids: Sequence[UUID]) -> set[UUID]:
        """Return which of these machines were ever seen."""
        rows = self._store.rows_by_ids(
            "SELECT DISTINCT machine_id FROM machine_state WHERE machine_id IN {ids:Array(UUID)}", ids
        )
        return {row["machine_id"] async for row in rows}

    async def assessable(self, ids: Sequence[UUID]) -> list[UUID]:
        """Return which of these machines an assessment covers: neither removed nor templates.

        A template is a file that machines are made from: it never runs, and there is nothing to size.
        """
        rows = self._store.rows_by_ids(
            "SELECT machine_id FROM machine_state FINAL"
            " WHERE machine_id IN {ids:Array(UUID)} AND removed_at IS NULL AND NOT is_template",
            ids,
        )
        return [row["machine_id"] async for row in rows]


def _summary(row: Row) -> MachineSummary:
    return MachineSummary.model_validate(row)


def _where(filters: MachineFilters) -> tuple[str, dict[str, Any]]:
    conditions = ["1"] if filters.include_removed else ["removed_at IS NULL"]
    params: dict[str, Any] = {}
    if filters.q:
        conditions.append("positionCaseInsensitiveUTF8(name, {q:String}) > 0")
        params["q"] = filters.q
    for name in _EQUAL_FILTERS:
        if (value := getattr(filters, name)) is not None:
            conditions.append(f"{name} = {{{name}:String}}")
            params[name] = value
    return " AND ".join(conditions), params


def _after(query: MachinesQuery) -> tuple[str, dict[str, Any]]:
    place = decode_cursor(query.cursor, str, UUID)
    if place is None:
        return "1", {}
    beyond = "<" if query.sort == "-name" else ">"
    condition = f"({_SORT_NAME}, machine_id) {beyond} ({{after_name:String}}, {{after_id:UUID}})"
    return condition, {"after_name": place[0], "after_id": str(place[1])}
