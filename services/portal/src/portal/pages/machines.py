"""All machines."""

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import signed_in

FILTERS = ("q", "source_kind", "power_state", "os_family")
PAGE_SIZE = "50"


async def show(request: Request) -> Response:
    """One page of machines that match the filters."""
    visit = signed_in(request)
    asked = {name: value for name, value in request.query_params.items() if value}
    page = await visit.api.get("/v1/machines", {"limit": PAGE_SIZE} | chosen_filters(asked))
    return visit.render("machines.html", page=page, asked=asked, is_filtered=any(f in asked for f in FILTERS))


def chosen_filters(asked: dict[str, str]) -> dict[str, str]:
    """The parameters that the API's list of machines takes, of those in a page's address."""
    known = (*FILTERS, "source_id", "include_removed", "sort", "cursor")
    return {name: asked[name] for name in known if name in asked}
