"""What can be asked of an assessment: another run, an end to this one, runs at set times."""

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiProblem
from portal.pages import assessment
from portal.visit import attempt_of, redirect, signed_in

SCHEDULE = "#schedule"


async def recalculate(request: Request) -> Response:
    """Ask for a new run with the same settings."""
    visit = signed_in(request)
    form = await visit.form()
    await visit.api.post(f"{assessment.api_path(request)}/recalculate", attempt=attempt_of(form, None))
    return redirect(assessment.own_path(request))


async def cancel(request: Request) -> Response:
    """Ask that the run ends; one that has ended meanwhile is shown as it is."""
    visit = signed_in(request)
    await visit.form()
    try:
        await visit.api.post(f"{assessment.api_path(request)}/cancel")
    except ApiProblem as problem:
        if problem.status != 409:
            raise
    return redirect(assessment.own_path(request))


async def set_schedule(request: Request) -> Response:
    """Have the assessment calculated at the times of a cron expression; a wrong one is said beside it."""
    visit = signed_in(request)
    cron = str((await visit.form()).get("cron", "")).strip()
    try:
        await visit.api.put(f"{assessment.api_path(request)}/schedule", {"cron": cron})
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        errors = problem.errors or {"cron": problem.detail}
        return await assessment.page(visit, {"cron": cron}, errors, problem.status)
    return redirect(assessment.own_path(request) + SCHEDULE)


async def remove_schedule(request: Request) -> Response:
    """Have it calculated only when asked."""
    visit = signed_in(request)
    await visit.form()
    try:
        await visit.api.delete(f"{assessment.api_path(request)}/schedule")
    except ApiProblem as problem:
        if problem.status != 404:  # somebody else removed it
            raise
    return redirect(assessment.own_path(request) + SCHEDULE)
