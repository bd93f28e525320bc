"""Machines of an assessment that are idle or oversized, and what that would save."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from portal.formatting import FINDINGS
from portal.pages.assessment import api_path, asked_run, page_of_run, run_path
from portal.visit import signed_in


async def show(request: Request) -> Response:
    """One page of machines with one finding, by name."""
    visit = signed_in(request)
    finding = request.query_params.get("finding", "")
    if finding not in FINDINGS:
        finding = next(iter(FINDINGS))
    run, cursor = asked_run(request), request.query_params.get("cursor", "")
    asked = {"rightsizing": finding, "cursor": cursor} | run
    assessment, machines = await asyncio.gather(
        visit.api.get(run_path(request)), visit.api.get(f"{api_path(request)}/machines", asked)
    )
    return visit.render(
        "right-sizing.html",
        assessment=assessment,
        machines=machines,
        finding=finding,
        asked={"finding": finding, "cursor": cursor} | page_of_run(run),
        run=page_of_run(run),
    )
