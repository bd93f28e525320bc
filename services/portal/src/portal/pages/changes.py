"""The change feed."""

from starlette.requests import Request
from starlette.responses import Response

from portal.visit import deps_of, signed_in

FILTERS = ("kind", "machine_id", "source_id", "cursor")
KINDS = {
    "machine-added": "Machine added",
    "machine-removed": "Machine removed",
    "disk-added": "Disk added",
    "disk-removed": "Disk removed",
    "nic-added": "NIC added",
    "nic-removed": "NIC removed",
    "resized": "Resized",
    "renamed": "Renamed",
    "moved": "Moved",
    "power": "Power",
    "configuration": "Configuration",
}


async def show(request: Request) -> Response:
    """Changes, newest first."""
    visit = signed_in(request)
    asked = {name: request.query_params[name] for name in FILTERS if request.query_params.get(name)}
    page = await visit.api.get("/v1/changes", asked)
    return visit.render("changes.html", page=page, asked=asked, kinds=KINDS)


async def live(request: Request) -> Response:
    """Changes as they happen, as the API's stream tells them."""
    visit = signed_in(request)
    params = {"machine_id": request.query_params.get("machine_id", "")}
    return await deps_of(request).live.hand_on(request, visit.api, "/v1/changes/stream", params)
