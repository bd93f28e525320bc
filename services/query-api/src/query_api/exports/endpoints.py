"""`/v1/assessments/{assessment_id}/export.xlsx`."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from query_api.web.dependencies import DepsOf, Reader

router = APIRouter(tags=["assessments"])

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE_SCHEMA = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/assessments/{assessment_id}/export.xlsx",
    response_class=FileResponse,
    responses={200: {"content": {MEDIA_TYPE: _FILE_SCHEMA}, "description": "The file."}},
)
async def export_assessment(
    assessment_id: UUID,
    deps: DepsOf,
    _: Reader,
    details: Annotated[
        bool,
        Query(
            description="Add sheets with savings options, notes, alternatives, right-sizing and back-test."
        ),
    ] = False,
    run_id: Annotated[UUID | None, Query(description="An earlier run; the latest when absent.")] = None,
) -> FileResponse:
    """The results as an Excel file in the layout of Azure Migrate's export. 409 while not Completed."""
    path, name = await deps.exports.write(assessment_id, run_id, with_details=details)
    return FileResponse(
        path,
        media_type=MEDIA_TYPE,
        filename=f"{_file_name(name)}.xlsx",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _file_name(assessment_name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", assessment_name).strip("-.") or "assessment"
