"""Inputs, results and summaries of runs in ClickHouse."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from assessor.adapters.statements import Statements
from assessor.domain.inputs import MachineInputs
from assessor.domain.run_record import RunRecord
from surveyor_schemas.assessments.results_v1 import AssessedMachine, AssessmentSummary

_INPUT_COLUMNS = ("run_id", "machine_id", "document", "read_at")
_RESULT_COLUMNS = (
    "run_id",
    "machine_id",
    "display_name",
    "suitability",
    "recommended_size",
    "monthly_compute_cost",
    "monthly_storage_cost",
    "confidence_percent",
    "rightsizing",
    "monthly_savings",
    "backtest_percent_above",
    "document",
    "written_at",
)
_RECORD_COLUMNS = ("run_id", "assessment_id", "document", "taken_up_at")
_SUMMARY_COLUMNS = ("run_id", "assessment_id", "document", "completed_at")


class ClickHouseRunStore:
    """Implements `RunStore`; documents are JSON, the columns beside them serve lists and filters."""

    def __init__(self, store: Statements) -> None:
        self._store = store

    async def record(self, run_id: UUID) -> RunRecord | None:
        rows = await self._store.rows(
            "SELECT document FROM assessment_runs FINAL WHERE run_id = {run_id:UUID}", {"run_id": str(run_id)}
        )
        return RunRecord.model_validate_json(rows[0]["document"]) if rows else None

    async def store_record(self, record: RunRecord, began_at: datetime) -> None:
        request = record.request
        row = [request.run_id, request.assessment_id, record.model_dump_json(), began_at]
        await self._store.insert("assessment_runs", _RECORD_COLUMNS, [row])

    async def begun_at(self, run_id: UUID) -> datetime | None:
        rows = await self._store.rows(
            "SELECT taken_up_at FROM assessment_runs FINAL WHERE run_id = {run_id:UUID}",
            {"run_id": str(run_id)},
        )
        return rows[0]["taken_up_at"] if rows else None

    async def input_ids(self, run_id: UUID) -> list[UUID]:
        rows = await self._store.rows(
            "SELECT DISTINCT machine_id FROM assessment_inputs"
            " WHERE run_id = {run_id:UUID} ORDER BY machine_id",
            {"run_id": str(run_id)},
        )
        return [row["machine_id"] for row in rows]

    async def stored_inputs(self, run_id: UUID, page: Sequence[UUID]) -> list[MachineInputs]:
        rows = await self._store.rows(
            "SELECT document FROM assessment_inputs FINAL WHERE run_id = {run_id:UUID}"
            " AND machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID} ORDER BY machine_id",
            {"run_id": str(run_id), "first_id": str(page[0]), "last_id": str(page[-1])},
        )
        return [MachineInputs.model_validate_json(row["document"]) for row in rows]

    async def store_inputs(self, run_id: UUID, inputs: Sequence[MachineInputs], read_at: datetime) -> None:
        rows = [[run_id, item.machine.machine_id, item.model_dump_json(), read_at] for item in inputs]
        await self._store.insert("assessment_inputs", _INPUT_COLUMNS, rows)

    async def inputs_read_at(self, run_id: UUID) -> datetime | None:
        (row,) = await self._store.rows(
            "SELECT count() AS rows, min(read_at) AS read_at FROM assessment_inputs FINAL"
            " WHERE run_id = {run_id:UUID}",
            {"run_id": str(run_id)},
        )
        read_at: datetime = row["read_at"]
        return read_at if row["rows"] else None

    async def store_results(
        self, run_id: UUID, results: Sequence[AssessedMachine], written_at: datetime
    ) -> None:
        rows = [
            [
                run_id,
                result.machine_id,
                result.display_name,
                result.suitability,
                result.recommended_size,
                result.monthly_compute_cost,
                result.monthly_storage_cost,
                result.confidence_percent,
                result.rightsizing.finding if result.rightsizing else None,
                result.rightsizing.monthly_savings if result.rightsizing else None,
                result.backtest.worst_percent_above if result.backtest else None,
                result.model_dump_json(),
                written_at,
            ]
            for result in results
        ]
        await self._store.insert("assessment_results", _RESULT_COLUMNS, rows)

    async def results(self, run_id: UUID, page: Sequence[UUID]) -> dict[UUID, str]:
        rows = await self._store.rows(
            "SELECT machine_id, document FROM assessment_results FINAL WHERE run_id = {run_id:UUID}"
            " AND machine_id >= {first_id:UUID} AND machine_id <= {last_id:UUID}",
            {"run_id": str(run_id), "first_id": str(page[0]), "last_id": str(page[-1])},
        )
        return {row["machine_id"]: row["document"] for row in rows}

    async def store_summary(self, summary: AssessmentSummary) -> None:
        row = [summary.run_id, summary.assessment_id, summary.model_dump_json(), summary.completed_at]
        await self._store.insert("assessment_summaries", _SUMMARY_COLUMNS, [row])

    async def summary_document(self, run_id: UUID) -> str | None:
        rows = await self._store.rows(
            "SELECT document FROM assessment_summaries FINAL WHERE run_id = {run_id:UUID}",
            {"run_id": str(run_id)},
        )
        return rows[0]["document"] if rows else None

    async def summary(self, run_id: UUID) -> AssessmentSummary | None:
        document = await self.summary_document(run_id)
        return None if document is None else AssessmentSummary.model_validate_json(document)
