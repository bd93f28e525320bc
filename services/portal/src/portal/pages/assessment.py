"""One assessment: how far it is, its totals, its machines, its Excel file."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from portal.assessment_form import describe_settings
from portal.formatting import SUITABILITIES
from portal.visit import Visit, attempt_of, deps_of, redirect, signed_in

FILTERS = ("q", "suitability", "cursor")
_PASSED_ON = ("Content-Type", "Content-Disposition", "Content-Length")
_STORAGE_TYPES = {
    "premium": "Premium SSD",
    "premium_v2": "Premium SSD v2",
    "standard_ssd": "Standard SSD",
    "standard": "Standard HDD",
    "ultra": "Ultra Disk",
}


async def show(request: Request) -> Response:
    """The assessment as its latest run has it."""
    visit = signed_in(request)
    assessment = await visit.api.get(_api_path(request))
    asked = {name: request.query_params[name] for name in FILTERS if request.query_params.get(name)}
    is_completed = assessment["state"] == "Completed"
    return visit.render(
        "assessment.html",
        assessment=assessment,
        settings=describe_settings(assessment["settings"]),
        readiness=_readiness(assessment["summary"]) if is_completed else {},
        storage_types=_STORAGE_TYPES,
        machines=await _machines(visit, asked) if is_completed else None,
        asked=asked,
    )


async def recalculate(request: Request) -> Response:
    """Ask for a new run with the same settings."""
    visit = signed_in(request)
    form = await visit.form()
    await visit.api.post(f"{_api_path(request)}/recalculate", attempt=attempt_of(form, None))
    return redirect(_own_path(request))


async def export(request: Request) -> Response:
    """Hand on the Excel file while it is read."""
    visit = signed_in(request)
    stack = AsyncExitStack()
    answer = await stack.enter_async_context(visit.api.stream(f"{_api_path(request)}/export.xlsx"))
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return StreamingResponse(answer.aiter_bytes(), headers=headers, background=BackgroundTask(stack.aclose))


async def live(request: Request) -> Response:
    """The run's progress as the API's stream tells it."""
    visit = signed_in(request)
    return await deps_of(request).live.hand_on(request, visit.api, f"{_api_path(request)}/events")


async def _machines(visit: Visit, asked: dict[str, str]) -> Any:
    return await visit.api.get(f"{_api_path(visit.request)}/machines", asked)


def _readiness(summary: dict[str, Any]) -> dict[str, int]:
    """Machines by readiness, best first."""
    counts = summary["suitability_counts"]
    return {name: counts.get(name, 0) for name in SUITABILITIES if name != "Unknown"}


def _own_path(request: Request) -> str:
    assessment_id: UUID = request.path_params["assessment_id"]
    return f"/assessments/{assessment_id}"


def _api_path(request: Request) -> str:
    return f"/v1{_own_path(request)}"
