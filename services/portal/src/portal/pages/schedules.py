"""All schedules."""

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in


async def show(request: Request) -> Response:
    """Every schedule, the one that fires next first."""
    visit = signed_in(request)
    return visit.render("schedules.html", schedules=await visit.api.get("/v1/schedules"))
