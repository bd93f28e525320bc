"""`/v1/imports`."""

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, status
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import ValidationError
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, UploadFile

from query_api.control.idempotency import Attempt, IdempotencyKeyHeader
from query_api.control.tables import Import
from query_api.imports.report import csv_report, write_xlsx_report
from query_api.imports.schemas import (
    SOURCE_PREFIX,
    FindingView,
    ImportProgress,
    ImportsQuery,
    ImportView,
    MachineCounts,
    NewImport,
    RowCounts,
    RowsQuery,
    RowView,
)
from query_api.imports.service import MAX_FILE_NAME_CHARACTERS, Upload
from query_api.web.dependencies import DepsOf, Operator, Reader
from query_api.web.paging import Page, cut_page, decode_cursor
from query_api.web.problems import Problem, field_error, invalid_field
from surveyor_inventory.imports import ReadRow

router = APIRouter(prefix="/imports", tags=["imports"])

MAX_UPLOAD_BYTES = 128 * 1024**2
"""An RVTools workbook of 35,000 machines has a tenth to half of it."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}


def _upload_schema() -> dict[str, Any]:
    """The form of an upload; it is read only after the caller's key, so FastAPI cannot describe it."""
    schema = NewImport.model_json_schema()
    schema["properties"] = {
        "file": {**_FILE, "description": "An RVTools workbook, or a CSV file in Azure Migrate's template."},
        **schema["properties"],
    }
    return schema | {"required": ["file"], "title": "Upload"}


_UPLOAD = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _upload_schema()}}}
}


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    max_body_size=MAX_UPLOAD_BYTES,
    openapi_extra=_UPLOAD,
    responses={413: {"description": f"The file has more than {MAX_UPLOAD_BYTES // 1024**2} MiB."}},
)
async def create_import(
    request: Request, deps: DepsOf, caller: Operator, idempotency_key: IdempotencyKeyHeader = None
) -> ImportView:
    """Read a file of machines and publish those that are accepted. A file that cannot be read leaves nothing.

    Importing a file again updates the machines that changed, and no others.
    """
    async with request.form(max_files=1, max_fields=10) as form:
        asked = _asked(form)
        upload = await _uploaded(form)
    action = f"create import {upload.sha256}"
    attempt = Attempt.of(caller.key_id, idempotency_key, action, asked)
    import_id = await deps.imports.create(upload, asked, caller, attempt)
    return await read_import(import_id, deps, caller)


@router.get("")
async def list_imports(query: Annotated[ImportsQuery, Query()], deps: DepsOf, _: Reader) -> Page[ImportView]:
    """Imports, newest first."""
    imports, waiting, next_cursor = await deps.imports.page(query)
    items = [_view(one, waiting.get(one.id, 0)) for one in imports]
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{import_id}")
async def read_import(import_id: UUID, deps: DepsOf, _: Reader) -> ImportView:
    """One import: what was in the file, and how far its machines are published."""
    return _view(*await deps.imports.one(import_id))


@router.get("/{import_id}/rows")
async def list_import_rows(
    import_id: UUID, query: Annotated[RowsQuery, Query()], deps: DepsOf, _: Reader
) -> Page[RowView]:
    """What became of each row, in their order."""
    place = decode_cursor(query.cursor, int)
    rows = (await deps.imports.report(import_id))[1]
    found = [(at, row) for at, row in enumerate(rows) if query.outcome in (None, row.outcome)]
    after = [(at, row) for at, row in found if place is None or at > place[0]][: query.limit + 1]
    page, next_cursor = cut_page(after, query.limit, lambda one: (one[0],))
    return Page(items=[_row_view(row) for _, row in page], next_cursor=next_cursor, total=len(found))


@router.get(
    "/{import_id}/report.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": _FILE}}, "description": "The report."}},
)
async def read_import_report_csv(import_id: UUID, deps: DepsOf, _: Reader) -> StreamingResponse:
    """The report of all rows as CSV in UTF-8. Texts that a spreadsheet would compute start with `'`."""
    found, rows = await deps.imports.report(import_id)
    disposition = f'attachment; filename="{_report_name(found)}.csv"'
    return StreamingResponse(
        csv_report(rows), media_type="text/csv", headers={"Content-Disposition": disposition}
    )


@router.get(
    "/{import_id}/report.xlsx",
    response_class=FileResponse,
    responses={200: {"content": {XLSX: {"schema": _FILE}}, "description": "The report."}},
)
async def read_import_report_xlsx(import_id: UUID, deps: DepsOf, _: Reader) -> FileResponse:
    """The report of all rows as a workbook."""
    found, rows = await deps.imports.report(import_id)
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    await asyncio.to_thread(write_xlsx_report, path, rows)
    return FileResponse(
        path,
        media_type=XLSX,
        filename=f"{_report_name(found)}.xlsx",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.delete("/{import_id}", status_code=status.HTTP_202_ACCEPTED)
async def remove_import(import_id: UUID, deps: DepsOf, caller: Operator) -> ImportView:
    """Remove the machines that no later import describes. The import and its report stay, as `Removed`."""
    await deps.imports.remove(import_id, caller)
    return await read_import(import_id, deps, caller)


def _asked(form: FormData) -> NewImport:
    fields = {name: value for name, value in form.multi_items() if name != "file" and value != ""}
    try:
        return NewImport.model_validate(fields)
    except ValidationError as error:
        errors = [field_error(finding) for finding in error.errors()]
        detail = "; ".join(f"{field}: {message}" for field, message in errors)
        raise Problem(422, "validation", detail, errors) from error


async def _uploaded(form: FormData) -> Upload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise invalid_field("file", "send a file, as multipart/form-data")
    return await Upload.of(_file_name(file.filename), await file.read())


def _file_name(given: str | None) -> str:
    """The last part of a path, without what a header or a log line could not hold."""
    last = re.split(r"[\\/]", given or "")[-1]
    return re.sub(r"[\x00-\x1f\x7f]", " ", last).strip()[-MAX_FILE_NAME_CHARACTERS:] or "file"


def _report_name(found: Import) -> str:
    return "import-report-" + (re.sub(r"[^A-Za-z0-9_.-]+", "-", found.file_name).strip("-.") or "file")


def _view(found: Import, waiting: int) -> ImportView:
    machines = MachineCounts.model_validate(found.machines)
    total = machines.new + machines.changed
    return ImportView.model_validate(
        {
            "id": found.id,
            "source": found.source_id.removeprefix(SOURCE_PREFIX),
            "source_id": found.source_id,
            "format": found.format,
            "file_name": found.file_name,
            "size_bytes": found.size_bytes,
            "sha256": found.sha256,
            "state": found.state,
            "progress": ImportProgress(done=max(0, total - waiting), total=total),
            "rows": RowCounts.model_validate(found.rows),
            "machines": machines,
            "notes": found.notes,
            "created_at": found.created_at,
            "created_by": found.created_by,
            "finished_at": found.finished_at,
        }
    )


def _row_view(row: ReadRow) -> RowView:
    return RowView(
        sheet=row.sheet,
        row=row.row,
        name=row.name,
        outcome=row.outcome,
        findings=[FindingView.model_validate(one, from_attributes=True) for one in row.findings],
    )
