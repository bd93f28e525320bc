"""The runs of an assessment, and what differs between two of them."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiProblem
from portal.formatting import DIFFERENCES
from portal.pages.assessment import api_path
from portal.visit import signed_in

COMPARED = ("before", "after", "difference", "cursor")


async def show(request: Request) -> Response:
    """One page of runs, newest first."""
    visit = signed_in(request)
    asked = {"cursor": request.query_params.get("cursor", "")}
    assessment, runs = await asyncio.gather(
        visit.api.get(api_path(request)), visit.api.get(f"{api_path(request)}/runs", asked)
    )
    completed = [run["run_id"] for run in runs["items"] if run["state"] == "Completed"]
    return visit.render("runs.html", assessment=assessment, runs=runs, completed=completed, asked=asked)


async def compare(request: Request) -> Response:
    """The machines on which two runs differ; without a choice, the latest run and the one before."""
    visit = signed_in(request)
    asked = {name: value for name in COMPARED if (value := request.query_params.get(name))}
    assessment = await visit.api.get(api_path(request))
    try:
        comparison, problem = await visit.api.get(f"{api_path(request)}/comparison", asked), ""
    except ApiProblem as error:
        if error.status != 409:
            raise
        comparison, problem = None, error.detail
    return visit.render(
        "comparison.html",
        assessment=assessment,
        comparison=comparison,
        problem=problem,
        differences=DIFFERENCES,
        asked=asked,
    )
