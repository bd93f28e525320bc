"""One machine."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.formatting import named
from portal.visit import signed_in

SHOWN_CHANGES = "10"
RANGES = (("1h", "1 hour"), ("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days"))


async def show(request: Request) -> Response:
    """Facts, disks, NICs, charts and changes of one machine."""
    visit = signed_in(request)
    path = _path(request)
    machine, changes = await asyncio.gather(
        visit.api.get(path), visit.api.get(f"{path}/changes", {"limit": SHOWN_CHANGES})
    )
    return visit.render(
        "machine.html",
        machine=machine,
        facts=_facts(machine),
        changes=changes["items"],
        has_more_changes=changes["next_cursor"] is not None,
        ranges=RANGES,
    )


async def performance(request: Request) -> Response:
    """Hand on the series that the charts ask for."""
    visit = signed_in(request)
    params = list(request.query_params.multi_items())
    return JSONResponse(await visit.api.get(f"{_path(request)}/performance", params))


def _path(request: Request) -> str:
    machine_id: UUID = request.path_params["machine_id"]
    return f"/v1/machines/{machine_id}"


def _facts(machine: dict[str, Any]) -> list[tuple[str, Any]]:
    """What is shown as plain rows, in order; what its source does not have at all is left out."""
    rows = [
        ("Source", machine["source_id"]),
        ("Managed by", machine["management_server_name"]),
        ("Datacenter", machine["datacenter_name"]),
        ("Cluster", machine["cluster_name"]),
        ("Host", machine["host_name"]),
        ("Host version", machine["host_version"]),
        ("Processor", machine["processor_model"]),
        ("DNS name", machine["fqdn"]),
        ("Guest tools", named(machine["guest_tools_status"], "guest_tools")),
        ("Snapshots", machine["snapshot_count"]),
    ]
    optional = [
        ("Folder", machine["folder_path"]),
        ("Resource pool", machine["resource_pool_path"]),
        ("Description", machine["description"]),
    ]
    return rows + [(name, value) for name, value in optional if value]
