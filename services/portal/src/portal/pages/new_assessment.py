"""Ask for an assessment of a group."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from portal.api_client import ApiProblem
from portal.assessment_form.fields import Values
from portal.assessment_form.offered import with_catalogue
from portal.assessment_form.reading import field_of, read_form, read_settings, starting_values
from portal.assessment_form.sections import FIELDS, SECTIONS
from portal.visit import Visit, attempt_of, redirect, signed_in

NAME = "name"


async def show(request: Request) -> Response:
    """The form, with the defaults filled in."""
    visit = signed_in(request)
    return await _page(visit, starting_values(), "", {})


async def submit(request: Request) -> Response:
    """Ask the API; what it does not accept is said beside the field."""
    visit = signed_in(request)
    form = await visit.form()
    name, values = str(form.get(NAME, "")).strip(), read_form(form)
    settings, errors = read_settings(values)
    if not name:
        errors[NAME] = "must be given"
    if errors:
        return await _page(visit, values, name, errors, 422)
    path = f"/v1/groups/{request.path_params['group_id']}/assessments"
    try:
        body = {NAME: name, "settings": settings}
        assessment = await visit.api.post(path, body, attempt=attempt_of(form, body))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        found = {field_of(field): message for field, message in problem.errors.items()}
        return await _page(visit, values, name, found or {"": problem.detail}, problem.status)
    return redirect(f"/assessments/{assessment['id']}")


async def _page(
    visit: Visit, values: Values, name: str, errors: dict[str, str], status: int = 200
) -> Response:
    group, contents = await asyncio.gather(
        visit.api.get(f"/v1/groups/{visit.request.path_params['group_id']}"),
        visit.api.get("/v1/catalogue/contents"),
    )
    elsewhere = {field: message for field, message in errors.items() if field not in {*FIELDS, NAME}}
    return visit.render(
        "new-assessment.html",
        status,
        group=group,
        catalogue=contents,
        sections=with_catalogue(SECTIONS, contents),
        values=values,
        name=name,
        errors=errors,
        other_errors=elsewhere,
    )
