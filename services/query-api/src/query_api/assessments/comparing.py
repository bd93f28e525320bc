"""Compare the results of two runs, machine by machine, in the store."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from query_api.assessments.comparison_schemas import (
    Comparison,
    ComparisonQuery,
    DifferenceCounts,
    MachineDifference,
    MachineFigures,
)
from query_api.assessments.service import AssessmentService
from query_api.assessments.views import run_view
from query_api.control.tables import Run
from query_api.store import Row, Store
from query_api.web.paging import cut_page, decode_cursor

_FIGURES = ("suitability", "recommended_size", "monthly_compute_cost", "monthly_storage_cost")
_SIDES = ("before", "after")


def _sides() -> str:
    """Columns with each figure of each run; `anyIf` keeps the null of a figure that is not known."""
    columns = (
        f"anyIf({name}, run_id = {{{side}:UUID}}) AS {side}_{name}" for side in _SIDES for name in _FIGURES
    )
    return ", ".join(columns)


_MACHINES = f"""
    SELECT machine_id,
        countIf(run_id = {{before:UUID}}) > 0 AS is_before,
        countIf(run_id = {{after:UUID}}) > 0 AS is_after,
        if(is_after, anyIf(display_name, run_id = {{after:UUID}}), any(display_name)) AS name,
        {_sides()},
        NOT is_before AS added,
        NOT is_after AS removed,
        is_before AND is_after AS is_both,
        is_both AND before_suitability != after_suitability AS readiness,
        is_both AND before_recommended_size IS DISTINCT FROM after_recommended_size AS size,
        is_both AND (
            before_monthly_compute_cost IS DISTINCT FROM after_monthly_compute_cost
            OR before_monthly_storage_cost IS DISTINCT FROM after_monthly_storage_cost) AS cost,
        if(is_after, after_monthly_compute_cost + after_monthly_storage_cost, 0)
            - if(is_before, before_monthly_compute_cost + before_monthly_storage_cost, 0) AS cost_difference,
        added OR removed OR readiness OR size OR cost AS differs,
        -abs(ifNull(cost_difference, 0)) AS rank,
        lowerUTF8(name) AS sort_name
    FROM assessment_results FINAL WHERE run_id IN ({{before:UUID}}, {{after:UUID}})
    GROUP BY machine_id"""


class ComparisonService:
    """Compares runs of one assessment."""

    def __init__(self, assessments: AssessmentService, store: Store) -> None:
        self._assessments = assessments
        self._store = store

    async def compare(self, assessment_id: UUID, query: ComparisonQuery) -> Comparison:
        """Return what differs between two runs.

        Raises:
            Problem: There is no such run, or its results are not complete.
        """
        after = await self._assessments.completed_run(assessment_id, query.after)
        before_id = query.before or (await self._assessments.completed_run_before(after)).run_id
        before = await self._assessments.completed_run(assessment_id, before_id)
        rows = await self._rows(before, after, query)
        rows, next_cursor = cut_page(
            rows, query.limit, lambda row: (row["rank"], row["sort_name"], row["machine_id"])
        )
        return Comparison(
            before=run_view(before),
            after=run_view(after),
            counts=await self._counts(before, after),
            items=[_difference(row) for row in rows],
            next_cursor=next_cursor,
        )

    async def _rows(self, before: Run, after: Run, query: ComparisonQuery) -> list[Row]:
        conditions: list[str] = [query.difference or "differs"]
        params: dict[str, Any] = _runs(before, after) | {"limit": query.limit + 1}
        if place := decode_cursor(query.cursor, Decimal, str, UUID):
            conditions.append(
                "(rank, sort_name, machine_id)"
                " > ({after_rank:Decimal(38, 12)}, {after_name:String}, {after_id:UUID})"
            )
            params |= {"after_rank": str(place[0]), "after_name": place[1], "after_id": str(place[2])}
        return await self._store.rows(
            f"SELECT * FROM ({_MACHINES}) WHERE {' AND '.join(conditions)}"
            " ORDER BY rank, sort_name, machine_id LIMIT {limit:UInt32}",
            params,
        )

    async def _counts(self, before: Run, after: Run) -> DifferenceCounts:
        names = ("added", "removed", "readiness", "size", "cost")
        counted = ", ".join(f"countIf({name}) AS {name}_count" for name in names)
        row = await self._store.row(
            f"SELECT {counted}, countIf(NOT differs) AS same_count FROM ({_MACHINES})", _runs(before, after)
        )
        counts = row or {}
        return DifferenceCounts(**{name: counts.get(f"{name}_count", 0) for name in (*names, "same")})


def _runs(before: Run, after: Run) -> dict[str, Any]:
    return {"before": str(before.run_id), "after": str(after.run_id)}


def _difference(row: Row) -> MachineDifference:
    return MachineDifference(
        machine_id=row["machine_id"],
        name=row["name"],
        differences=[kind for kind in ("added", "removed", "readiness", "size", "cost") if row[kind]],
        before=_figures(row, "before"),
        after=_figures(row, "after"),
        monthly_cost_difference=row["cost_difference"],
    )


def _figures(row: Row, side: str) -> MachineFigures | None:
    if not row[f"is_{side}"]:
        return None
    return MachineFigures(**{name: row[f"{side}_{name}"] for name in _FIGURES})
