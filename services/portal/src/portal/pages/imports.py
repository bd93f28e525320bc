"""Files of machines: send one, see what became of its rows, take its machines out again."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from portal.api_client import ApiProblem
from portal.visit import Visit, redirect, signed_in

MAX_UPLOAD_BYTES = 129 * 1024**2
"""The API's limit, and room for the form around the file."""
FILTERS = ("outcome", "cursor")
_FIRST = ("error", "warning", "skipped", "accepted")
_PASSED_ON = ("Content-Type", "Content-Disposition", "Content-Length")


async def show(request: Request) -> Response:
    """All imports, and a form for a file."""
    return await _page(signed_in(request), {}, None)


async def create(request: Request) -> Response:
    """Send a file on to the API and go to its report."""
    visit = signed_in(request)
    form = await visit.form()
    given = {"source": str(form.get("source", "")).strip()}
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _page(visit, given, ApiProblem(422, "No file", "Choose a file.", {}))
    try:
        found = await visit.api.upload("/v1/imports", file.filename, file.file, given)
    except ApiProblem as problem:
        if problem.status not in (413, 422):
            raise
        return await _page(visit, given, problem)
    finally:
        await form.close()
    return redirect(f"/imports/{found['id']}")


async def show_one(request: Request) -> Response:
    """One import: counts, and the rows with findings."""
    visit = signed_in(request)
    asked = {name: request.query_params[name] for name in FILTERS if request.query_params.get(name)}
    found = await visit.api.get(_api_path(request))
    asked.setdefault("outcome", next(name for name in _FIRST if found["rows"][name] or name == "accepted"))
    rows = await visit.api.get(f"{_api_path(request)}/rows", asked)
    return visit.render("import.html", found=found, rows=rows, asked=asked)


async def remove(request: Request) -> Response:
    """Remove the machines of an import."""
    visit = signed_in(request)
    await visit.form()
    await visit.api.delete(_api_path(request))
    return redirect(f"/imports/{request.path_params['import_id']}")


async def report(request: Request) -> Response:
    """Hand on the report while it is read."""
    visit = signed_in(request)
    stack = AsyncExitStack()
    path = f"{_api_path(request)}/report.{request.path_params['kind']}"
    answer = await stack.enter_async_context(visit.api.stream(path))
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return StreamingResponse(answer.aiter_bytes(), headers=headers, background=BackgroundTask(stack.aclose))


async def _page(visit: Visit, given: dict[str, str], problem: ApiProblem | None) -> Response:
    asked: dict[str, Any] = {name: v for name, v in visit.request.query_params.items() if name == "cursor"}
    page = await visit.api.get("/v1/imports", asked)
    status = problem.status if problem else 200
    return visit.render("imports.html", status, page=page, asked=asked, given=given, problem=problem)


def _api_path(request: Request) -> str:
    import_id: UUID = request.path_params["import_id"]
    return f"/v1/imports/{import_id}"
