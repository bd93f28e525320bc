"""All assessments."""

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in


async def show(request: Request) -> Response:
    """One page of assessments, newest first."""
    visit = signed_in(request)
    asked = {"cursor": request.query_params.get("cursor", "")}
    return visit.render("assessments.html", page=await visit.api.get("/v1/assessments", asked), asked=asked)
