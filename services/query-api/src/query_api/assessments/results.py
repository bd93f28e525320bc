"""Results in the store: shown only of runs whose summary is there, which the assessor writes last."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from query_api.assessments.schemas import ResultsQuery
from query_api.store import Row, Store, epoch_micros
from query_api.web.paging import cut_page, decode_cursor
from surveyor_schemas.assessments.results_v1 import AssessedMachine, AssessmentSummary

_SORT_NAME = "lowerUTF8(display_name)"
EXPORT_PAGE = 1_000


class ResultRepository:
    """Reads what the assessor wrote."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def summary(self, run_id: UUID) -> AssessmentSummary | None:
        """Return a run's summary, None while its results are not complete."""
        row = await self._store.row(
            "SELECT document FROM assessment_summaries FINAL WHERE run_id = {run_id:UUID}",
            {"run_id": str(run_id)},
        )
        return AssessmentSummary.model_validate_json(row["document"]) if row else None

    async def page(self, run_id: UUID, query: ResultsQuery) -> tuple[list[AssessedMachine], str | None]:
        """Return one page of machines by name, and the cursor of the next."""
        rows = await self._rows(run_id, query, query.limit + 1)
        rows, next_cursor = cut_page(rows, query.limit, lambda row: (row["sort_name"], row["machine_id"]))
        return [_machine(row) for row in rows], next_cursor

    async def machine(self, run_id: UUID, machine_id: UUID) -> AssessedMachine | None:
        """Return one machine's result, None when the run does not cover it."""
        row = await self._store.row(
            "SELECT document FROM assessment_results FINAL"
            " WHERE run_id = {run_id:UUID} AND machine_id = {machine_id:UUID}",
            {"run_id": str(run_id), "machine_id": str(machine_id)},
        )
        return _machine(row) if row else None

    async def pages(self, run_id: UUID) -> AsyncIterator[list[AssessedMachine]]:
        """Yield all machines of a run, by name."""
        query = ResultsQuery()
        while True:
            rows = await self._rows(run_id, query, EXPORT_PAGE + 1)
            rows, next_cursor = cut_page(rows, EXPORT_PAGE, lambda row: (row["sort_name"], row["machine_id"]))
            yield [_machine(row) for row in rows]
            if next_cursor is None:
                return
            query = ResultsQuery(cursor=next_cursor)

    async def outdated_runs(self, inputs_read_at: Mapping[UUID, datetime]) -> set[UUID]:
        """Return which runs cover a machine that changed, in what decides results, after they read it."""
        if not inputs_read_at:
            return set()
        rows = await self._store.rows(
            "SELECT scope.run_id AS run_id, toUnixTimestamp64Micro(max(changed.changed_at)) AS newest"
            " FROM assessment_scope AS scope GLOBAL INNER JOIN ("
            "   SELECT machine_id, max(recorded_at) AS changed_at FROM machine_changes"
            "   WHERE outdates_assessments AND recorded_at > fromUnixTimestamp64Micro({since:Int64})"
            "   GROUP BY machine_id) AS changed ON changed.machine_id = scope.machine_id"
            " WHERE scope.run_id IN {ids:Array(UUID)} GROUP BY scope.run_id",
            {
                "ids": [str(run_id) for run_id in inputs_read_at],
                "since": epoch_micros(min(inputs_read_at.values())),
            },
        )
        return {row["run_id"] for row in rows if row["newest"] > epoch_micros(inputs_read_at[row["run_id"]])}

    async def _rows(self, run_id: UUID, query: ResultsQuery, limit: int) -> list[Row]:
        where, params = _where(query)
        return await self._store.rows(
            f"SELECT machine_id, document, {_SORT_NAME} AS sort_name FROM assessment_results FINAL"
            f" WHERE run_id = {{run_id:UUID}} AND {where}"
            " ORDER BY sort_name, machine_id LIMIT {limit:UInt32}",
            params | {"run_id": str(run_id), "limit": limit},
        )


def _where(query: ResultsQuery) -> tuple[str, dict[str, Any]]:
    conditions = ["1"]
    params: dict[str, Any] = {}
    if query.q:
        conditions.append("positionCaseInsensitiveUTF8(display_name, {q:String}) > 0")
        params["q"] = query.q
    if query.suitability:
        conditions.append("suitability = {suitability:String}")
        params["suitability"] = query.suitability
    if query.rightsizing:
        conditions.append("JSONExtractString(document, 'rightsizing', 'finding') = {rightsizing:String}")
        params["rightsizing"] = query.rightsizing
    if place := decode_cursor(query.cursor, str, UUID):
        conditions.append(f"({_SORT_NAME}, machine_id) > ({{after_name:String}}, {{after_id:UUID}})")
        params |= {"after_name": place[0], "after_id": str(place[1])}
    return " AND ".join(conditions), params


def _machine(row: Row) -> AssessedMachine:
    return AssessedMachine.model_validate_json(row["document"])
