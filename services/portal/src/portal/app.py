"""The portal as an application."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from portal import errors
from portal.deps import Deps
from portal.pages import (
    assessed_machine,
    assessment,
    assessment_actions,
    assessments,
    changes,
    collectors,
    group,
    groups,
    imports,
    machine,
    machines,
    new_assessment,
    overview,
    right_sizing,
    runs,
    schedules,
    sign_in,
)
from portal.security import ANSWER_HEADERS
from surveyor_kit.health import health_routes

STATIC = Path(__file__).parent / "static"
MAX_FORM_BYTES = 2_097_152
"""The largest form chooses 500 machines; each id is under 60 bytes."""

Page = Callable[[Request], Awaitable[Response]]


def create_app(deps: Deps) -> Starlette:
    """Return the application; it starts nothing by itself."""
    app = Starlette(
        routes=[*_page_routes(), Mount("/static", StaticFiles(directory=STATIC), name="static")],
        middleware=[ANSWER_HEADERS],
        exception_handlers=errors.handlers(),
        max_body_size=MAX_FORM_BYTES,
    )
    app.state.deps = deps
    app.router.routes.extend(health_routes(deps.health))
    return app


def _page_routes() -> list[Route]:
    machine_id, group_id, assessment_id = "{machine_id:uuid}", "{group_id:uuid}", "{assessment_id:uuid}"
    import_id = "{import_id:uuid}"
    return [
        _get("/", overview.show),
        _get("/sign-in", sign_in.show),
        _post("/sign-in", sign_in.submit),
        _post("/sign-out", sign_in.leave),
        _get("/machines", machines.show),
        _get(f"/machines/{machine_id}", machine.show),
        _get(f"/machines/{machine_id}/performance", machine.performance),
        _get("/groups", groups.show),
        _post("/groups", groups.create),
        _get(f"/groups/{group_id}", group.show),
        _post(f"/groups/{group_id}", group.change),
        _post(f"/groups/{group_id}/delete", group.delete),
        _post(f"/groups/{group_id}/members", group.change_members),
        _get(f"/groups/{group_id}/new-assessment", new_assessment.show),
        _post(f"/groups/{group_id}/new-assessment", new_assessment.submit),
        _get("/assessments", assessments.show),
        _get(f"/assessments/{assessment_id}", assessment.show),
        _post(f"/assessments/{assessment_id}/recalculate", assessment_actions.recalculate),
        _post(f"/assessments/{assessment_id}/cancel", assessment_actions.cancel),
        _post(f"/assessments/{assessment_id}/schedule", assessment_actions.set_schedule),
        _post(f"/assessments/{assessment_id}/schedule/remove", assessment_actions.remove_schedule),
        _get(f"/assessments/{assessment_id}/right-sizing", right_sizing.show),
        _get(f"/assessments/{assessment_id}/runs", runs.show),
        _get(f"/assessments/{assessment_id}/comparison", runs.compare),
        _get(f"/assessments/{assessment_id}/export.xlsx", assessment.export),
        _get(f"/assessments/{assessment_id}/live", assessment.live),
        _get(f"/assessments/{assessment_id}/machines/{machine_id}", assessed_machine.show),
        _get("/schedules", schedules.show),
        _get("/imports", imports.show),
        Route("/imports", imports.create, methods=["POST"], max_body_size=imports.MAX_UPLOAD_BYTES),
        _get(f"/imports/{import_id}", imports.show_one),
        _post(f"/imports/{import_id}/remove", imports.remove),
        _get(f"/imports/{import_id}/report.{{kind:str}}", imports.report),
        _get("/changes", changes.show),
        _get("/changes/live", changes.live),
        _get("/collectors", collectors.show),
    ]


def _get(path: str, page: Page) -> Route:
    return Route(path, page, methods=["GET"])


def _post(path: str, page: Page) -> Route:
    return Route(path, page, methods=["POST"])
