"""The first page: what there is, and how it is."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in

SHOWN_CHANGES = "8"
SHOWN_ASSESSMENTS = "5"


async def show(request: Request) -> Response:
    """Counts, collectors, changes and assessments."""
    visit = signed_in(request)
    estate, collectors, changes, assessments = await asyncio.gather(
        visit.api.get("/v1/summary"),
        visit.api.get("/v1/collectors"),
        visit.api.get("/v1/changes", {"limit": SHOWN_CHANGES}),
        visit.api.get("/v1/assessments", {"limit": SHOWN_ASSESSMENTS}),
    )
    return visit.render(
        "overview.html",
        estate=estate,
        collectors=collectors,
        changes=changes["items"],
        assessments=assessments["items"],
    )
