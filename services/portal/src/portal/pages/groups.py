"""All groups."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiProblem
from portal.visit import Visit, attempt_of, redirect, signed_in


async def show(request: Request) -> Response:
    """One page of groups, and a form for a new one."""
    return await _page(signed_in(request), {}, {})


async def create(request: Request) -> Response:
    """Make a group and go to it, to put machines in."""
    visit = signed_in(request)
    form = await visit.form()
    given = {name: str(form.get(name, "")).strip() for name in ("name", "description")}
    try:
        body = {name: value for name, value in given.items() if value}
        group = await visit.api.post("/v1/groups", body, attempt=attempt_of(form, body))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return await _page(visit, given, problem.errors or {"name": problem.detail}, problem.status)
    return redirect(f"/groups/{group['id']}")


async def _page(visit: Visit, given: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    asked: dict[str, Any] = {
        n: v for n, v in visit.request.query_params.items() if v and n in ("q", "cursor")
    }
    page = await visit.api.get("/v1/groups", asked)
    return visit.render("groups.html", status, page=page, asked=asked, given=given, errors=errors)
