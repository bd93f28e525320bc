"""The HTTP application."""

from typing import Any

from fastapi import APIRouter, FastAPI

from query_api.assessments import endpoints as assessments
from query_api.auth import endpoints as auth
from query_api.catalogue import endpoints as catalogue
from query_api.changes import endpoints as changes
from query_api.collectors import endpoints as collectors
from query_api.deps import Deps
from query_api.exports import endpoints as exports
from query_api.groups import endpoints as groups
from query_api.imports import endpoints as imports
from query_api.inventory import endpoints as inventory
from query_api.overview import endpoints as overview
from query_api.performance import endpoints as performance
from query_api.schedules import endpoints as schedules
from query_api.web import problems
from query_api.web.headers import add_headers
from surveyor_kit.health import health_routes

MAX_BODY_BYTES = 1_048_576
_DESCRIPTION = """Discovered machines, their performance and changes; groups and their assessments.

Send an API key as `Authorization: Bearer …` or `X-API-Key`. Times are RFC 3339 in UTC; amounts are unrounded
decimal strings; null is unknown, never zero. Lists have `items` and `next_cursor`. Errors are problem
documents (RFC 9457); those of a wrong request name its fields in `errors`.
"""
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    for status, description in {
        401: "No valid API key.",
        403: "The key's role may not do this.",
        404: "There is no such thing.",
        409: "The present state does not allow it.",
        422: "A field of the request is wrong.",
        503: "The store, the broker or the control database is away.",
    }.items()
}


def create_app(deps: Deps) -> FastAPI:
    """Return the application; it starts nothing by itself."""
    app = _described()
    app.state.deps = deps
    app.router.routes.extend(health_routes(deps.health))
    problems.install(app)
    add_headers(app)
    return app


def openapi_document() -> dict[str, Any]:
    """Return the description of the API that it serves itself at `/v1/openapi.json`."""
    return _described().openapi()


def _described() -> FastAPI:
    app = FastAPI(
        title="Surveyor",
        version="1",
        summary="Discovery and assessment of VMware and Hyper-V machines for Azure.",
        description=_DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these pages load scripts from the internet
        redoc_url=None,
        max_body_size=MAX_BODY_BYTES,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(_v1())
    _describe_problems(app)
    return app


def _v1() -> APIRouter:
    router = APIRouter(prefix="/v1", responses=_PROBLEMS)
    features = (
        overview,
        inventory,
        performance,
        changes,
        groups,
        assessments,
        schedules,
        exports,
        imports,
        collectors,
        catalogue,
        auth,
    )
    for feature in features:
        router.include_router(feature.router)
    return router


def _describe_problems(app: FastAPI) -> None:
    """Put the problem document into the OpenAPI document, in place of the library's own error."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = generate()["components"]["schemas"]
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            schema = problems.ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(schema.pop("$defs"))
            schemas["ProblemDocument"] = schema
        document: dict[str, Any] = app.openapi_schema or {}
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it
