"""One assessment: how far it is, its totals, its machines, its schedule, its Excel file."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from portal.api_client import ApiProblem
from portal.assessment_form.describing import describe_settings
from portal.catalogue import contents_if_known
from portal.formatting import SUITABILITIES
from portal.savings_options import side_by_side
from portal.visit import Visit, deps_of, signed_in

FILTERS = ("q", "suitability", "cursor")
RUN = "run"
"""Names an earlier run in the address of a page; the latest where it is absent."""
CRON_EXAMPLES = (
    ("0 2 * * *", "every night at 2 o'clock"),
    ("30 5 * * MON", "Mondays at half past 5"),
    ("0 6 1 * *", "the first day of each month at 6 o'clock"),
    ("0 */4 * * MON-FRI", "every 4 hours from Monday to Friday"),
)
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
    return await page(signed_in(request))


async def page(
    visit: Visit,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return the page, with what was given to its schedule form and what is wrong there."""
    path, run = api_path(visit.request), asked_run(visit.request)
    assessment, schedule, contents = await asyncio.gather(
        visit.api.get(run_path(visit.request)), _schedule(visit, path), contents_if_known(visit.api)
    )
    asked = {name: value for name in FILTERS if (value := visit.request.query_params.get(name))}
    summary = assessment["summary"]
    machines = await visit.api.get(f"{path}/machines", asked | run) if summary else None
    return visit.render(
        "assessment.html",
        status,
        assessment=assessment,
        settings=describe_settings(assessment["settings"], contents),
        readiness=_readiness(summary) if summary else {},
        options=side_by_side(summary, assessment["settings"]) if summary else [],
        storage_types=_STORAGE_TYPES,
        issue_texts=_issue_texts(machines["items"]) if machines else {},
        machines=machines,
        asked=asked | page_of_run(run),
        run=page_of_run(run),
        schedule=schedule,
        cron_examples=CRON_EXAMPLES,
        given=given or {"cron": schedule["cron"] if schedule else ""},
        errors=errors or {},
    )


async def export(request: Request) -> Response:
    """Hand on the Excel file, in Azure Migrate's layout or with all details, while it is read."""
    visit = signed_in(request)
    stack = AsyncExitStack()
    asked = {"details": "true"} if request.query_params.get("details") == "true" else {}
    asked |= asked_run(request)
    answer = await stack.enter_async_context(visit.api.stream(f"{api_path(request)}/export.xlsx", asked))
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return StreamingResponse(answer.aiter_bytes(), headers=headers, background=BackgroundTask(stack.aclose))


async def live(request: Request) -> Response:
    """The run's progress as the API's stream tells it."""
    visit = signed_in(request)
    return await deps_of(request).live.hand_on(request, visit.api, f"{api_path(request)}/events")


def own_path(request: Request) -> str:
    """The address of the assessment's page."""
    assessment_id: UUID = request.path_params["assessment_id"]
    return f"/assessments/{assessment_id}"


def api_path(request: Request) -> str:
    """Where the API has the assessment."""
    return f"/v1{own_path(request)}"


def asked_run(request: Request) -> dict[str, str]:
    """The earlier run that a page is asked for, as the API's lists take it; empty for the latest.

    Raises:
        HTTPException: What is asked for cannot be a run.
    """
    given = request.query_params.get(RUN)
    try:
        return {"run_id": str(UUID(given))} if given else {}
    except ValueError:
        raise HTTPException(404) from None


def page_of_run(run: dict[str, str]) -> dict[str, str]:
    """What a run adds to the address of a page."""
    return {RUN: run["run_id"]} if run else {}


def run_path(request: Request) -> str:
    """Where the API has the assessment as the asked run has it."""
    run = asked_run(request)
    return f"{api_path(request)}/runs/{run['run_id']}" if run else api_path(request)


async def _schedule(visit: Visit, path: str) -> Any:
    """The assessment's schedule, None where it has none."""
    try:
        return await visit.api.get(f"{path}/schedule")
    except ApiProblem as problem:
        if problem.status != 404:
            raise
        return None


def _issue_texts(machines: list[dict[str, Any]]) -> dict[str, str]:
    """What issues mean, by code, as far as the shown machines have them: totals count codes only."""
    devices = [part for one in machines for part in (one, *one["disks"])]
    return {issue["code"]: issue["text"] for part in devices for issue in part["issues"]}


def _readiness(summary: dict[str, Any]) -> dict[str, int]:
    """Machines by readiness, best first."""
    counts = summary["suitability_counts"]
    return {name: counts.get(name, 0) for name in SUITABILITIES if name != "Unknown"}
