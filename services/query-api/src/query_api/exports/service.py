"""Make the file of a completed run."""

import asyncio
import tempfile
from pathlib import Path
from uuid import UUID

from query_api.assessments.results import ResultRepository
from query_api.assessments.service import AssessmentService
from query_api.exports.summary_sheets import ExportedAssessment
from query_api.exports.workbook import AssessmentWorkbook
from query_api.web.problems import conflict
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

FILES_AT_A_TIME = 2
"""Each takes a processor while it is written."""


class ExportService:
    """Excel files of assessments."""

    def __init__(self, assessments: AssessmentService, results: ResultRepository, project_name: str) -> None:
        self._assessments = assessments
        self._results = results
        self._project_name = project_name
        self._slots = asyncio.Semaphore(FILES_AT_A_TIME)

    async def write(
        self, assessment_id: UUID, run_id: UUID | None, *, with_details: bool = False
    ) -> tuple[Path, str]:
        """Write the file of a run; return its path, which the caller deletes, and the assessment's name.

        Raises:
            Problem: The run has no complete results.
        """
        run = await self._assessments.completed_run(assessment_id, run_id)
        view = await self._assessments.view(assessment_id)
        summary = await self._results.summary(run.run_id)
        if summary is None:
            raise conflict("The run's results cannot be read yet. Try again.")
        exported = ExportedAssessment(
            name=view.name,
            group_name=run.group_name,
            project_name=self._project_name,
            created_at=run.requested_at,
            settings=AssessmentSettings.model_validate(run.settings),
            summary=summary,
        )
        async with self._slots:
            return await self._write(exported, run.run_id, with_details=with_details), view.name

    async def _write(self, exported: ExportedAssessment, run_id: UUID, *, with_details: bool) -> Path:
        path = _empty_file()
        try:
            workbook = await asyncio.to_thread(AssessmentWorkbook, path, exported, with_details=with_details)
            async for machines in self._results.pages(run_id):
                await asyncio.to_thread(workbook.add, machines)
            await asyncio.to_thread(workbook.close)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


def _empty_file() -> Path:
    with tempfile.NamedTemporaryFile(prefix="surveyor-", suffix=".xlsx", delete=False) as file:
        return Path(file.name)
