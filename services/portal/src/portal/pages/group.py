"""One group: its machines, its assessments, and more machines to add."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiProblem
from portal.pages.machines import FILTERS
from portal.visit import Visit, redirect, signed_in

MOST_IDS_PER_CALL = 10_000
"""The API's limit."""
READ_AT_ONCE = "500"
CANDIDATES = "25"


async def show(request: Request) -> Response:
    """The group, with one page of machines that can be added."""
    return await _page(signed_in(request))


async def change(request: Request) -> Response:
    """Rename or describe the group."""
    visit = signed_in(request)
    form = await visit.form()
    given = {
        "name": str(form.get("name", "")).strip(),
        "description": str(form.get("description", "")).strip(),
    }
    body = {"name": given["name"], "description": given["description"] or None}
    try:
        await visit.api.patch(_api_path(request), body)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return await _page(visit, given, problem.errors or {"name": problem.detail}, problem.status)
    return redirect(_own_path(request))


async def delete(request: Request) -> Response:
    """Delete the group; its assessments stay readable."""
    visit = signed_in(request)
    await visit.form()
    await visit.api.delete(_api_path(request))
    return redirect("/groups")


async def change_members(request: Request) -> Response:
    """Add or remove the chosen machines, or add all that match the filters."""
    visit = signed_in(request)
    form = await visit.form()
    filters = {name: str(form[name]) for name in FILTERS if form.get(name)}
    chosen = [str(machine_id) for machine_id in form.getlist("machine_id")]
    if form.get("operation") == "add-matching":
        chosen = await _matching(visit, filters)
    operation = "remove" if form.get("operation") == "remove" else "add"
    for start in range(0, len(chosen), MOST_IDS_PER_CALL):
        some = chosen[start : start + MOST_IDS_PER_CALL]
        await visit.api.post(f"{_api_path(request)}/members", {"operation": operation, "machine_ids": some})
    return redirect(_own_path(request), **filters)


async def _matching(visit: Visit, filters: dict[str, str]) -> list[str]:
    """Return the ids of all machines that match, page by page."""
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = filters | {"limit": READ_AT_ONCE, "cursor": cursor}
        page = await visit.api.get("/v1/machines", params)
        ids += [machine["machine_id"] for machine in page["items"]]
        cursor = page["next_cursor"]
    return ids


async def _page(
    visit: Visit,
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    asked = {name: value for name, value in visit.request.query_params.items() if value}
    group, members, assessments, candidates = await asyncio.gather(
        visit.api.get(_api_path(visit.request)),
        visit.api.get(f"{_api_path(visit.request)}/members", {"cursor": asked.get("cursor", "")}),
        visit.api.get(f"{_api_path(visit.request)}/assessments", {"limit": "10"}),
        _candidates(visit, asked),
    )
    return visit.render(
        "group.html",
        status,
        group=group,
        members=members,
        assessments=assessments["items"],
        candidates=candidates,
        member_ids={member["machine_id"] for member in members["items"]},
        asked=asked,
        given=given or {"name": group["name"], "description": group["description"] or ""},
        errors=errors or {},
    )


async def _candidates(visit: Visit, asked: dict[str, str]) -> Any:
    filters = {name: asked[name] for name in FILTERS if name in asked}
    return await visit.api.get("/v1/machines", filters | {"limit": CANDIDATES})


def _own_path(request: Request) -> str:
    group_id: UUID = request.path_params["group_id"]
    return f"/groups/{group_id}"


def _api_path(request: Request) -> str:
    return f"/v1{_own_path(request)}"
