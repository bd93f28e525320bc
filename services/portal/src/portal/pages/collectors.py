"""Collectors and the sources that they follow."""

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in


async def show(request: Request) -> Response:
    """Every collector with its sources."""
    visit = signed_in(request)
    return visit.render("collectors.html", collectors=await visit.api.get("/v1/collectors"))
