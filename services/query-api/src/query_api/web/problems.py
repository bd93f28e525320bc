"""Errors as problem documents.

Source: RFC 9457, "Problem Details for HTTP APIs" (2023-07).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from surveyor_kit.clickhouse_errors import UNKNOWN_DATABASE, UNKNOWN_TABLE
from surveyor_kit.errors import RetryableError, StoreError
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
_TITLES = {
    400: "The request cannot be read",
    401: "A valid API key is needed",
    403: "The API key may not do this",
    404: "There is no such thing",
    405: "The method is not allowed here",
    409: "The present state does not allow this",
    413: "The request is too large",
    422: "The request is not valid",
    500: "Something went wrong inside the API",
    503: "A part that the API needs is away",
}
_PLACES = {"body", "query", "path", "header"}
_NAMED_FIELD = re.compile(r"^(?:Value error, )?([a-z][a-z_]*)(?:, [a-z_]+)*: ")


class FieldProblem(BaseModel):
    """One field of the request, and what is wrong with it."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """An error as the API answers it, with media type `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class Problem(Exception):
    """An answer other than success, raised anywhere below an endpoint.

    Args:
        status: The HTTP status.
        kind: What stands in `type`, after `urn:surveyor:problem:`.
        detail: For people: what is wrong, and what to do.
        errors: The fields of the request that are to blame.
    """

    def __init__(self, status: int, kind: str, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.errors = errors


def not_found(what: str, identifier: object) -> Problem:
    """There is no `what` with that id."""
    return Problem(404, "not-found", f"There is no {what} {identifier}.")


def invalid_field(field: str, message: str) -> Problem:
    """One field of the request is wrong."""
    return Problem(422, "validation", f"{field}: {message}", [(field, message)])


def conflict(detail: str) -> Problem:
    """The present state does not allow what was asked."""
    return Problem(409, "conflict", detail)


def answer(
    status: int,
    kind: str,
    detail: str,
    errors: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Write a problem document."""
    document = ProblemDocument(
        type=f"urn:surveyor:problem:{kind}",
        title=_TITLES.get(status, "The request failed"),
        status=status,
        detail=detail,
        errors=[FieldProblem(field=field, message=message) for field, message in errors],
    )
    return JSONResponse(
        document.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    handlers: dict[Any, Any] = {
        Problem: _on_problem,
        RequestValidationError: _on_validation_error,
        HTTPException: _on_http_exception,
        RetryableError: _on_away,
        TimeoutError: _on_away,
        IntegrityError: _on_lost_race,
        DBAPIError: _on_away,
        PoolTimeout: _on_away,
        ConnectionError: _on_away,
        StoreError: _on_store_error,
        Exception: _on_bug,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


async def _on_problem(_: Request, problem: Problem) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return answer(problem.status, problem.kind, problem.detail, problem.errors, headers)


async def _on_validation_error(_: Request, error: RequestValidationError) -> JSONResponse:
    findings = error.errors()
    if any(finding["type"] == "json_invalid" for finding in findings):
        return answer(400, "malformed", "The body is not JSON.", [("body", "is not JSON")])
    errors = [field_error(finding) for finding in findings]
    detail = "; ".join(f"{field}: {message}" for field, message in errors[:3])
    return answer(422, "validation", detail, errors)


def field_error(finding: Mapping[str, Any]) -> tuple[str, str]:
    """Name the field of one of pydantic's findings, and say what is wrong with it."""
    path = [str(part) for part in finding["loc"]]
    if path and path[0] in _PLACES:
        path = path[1:]
    message = str(finding["msg"])
    if named := _NAMED_FIELD.match(message):
        # A rule between several fields is found at the whole; its message starts with the field.
        path.append(named.group(1))
        message = message[named.end() :]
    if finding["type"] == "extra_forbidden":
        message = "is not a field here"
    return ".".join(path) or "body", message.removeprefix("Value error, ")


async def _on_http_exception(_: Request, error: HTTPException) -> JSONResponse:
    kinds = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
    kind = kinds.get(error.status_code, "http")
    return answer(error.status_code, kind, str(error.detail), headers=error.headers)


async def _on_away(_: Request, error: Exception) -> JSONResponse:
    log.warning("dependency_away", error_type=type(error).__name__, error=str(error)[:500])
    part = "The control database" if isinstance(error, DBAPIError | PoolTimeout) else "The store"
    detail = f"{part} does not answer. Try again; /readyz says what is away."
    return answer(503, "unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _on_lost_race(_: Request, error: IntegrityError) -> JSONResponse:
    """Answer a request that another one overtook: what it checked no longer holds."""
    log.info("request_overtaken", error_type=type(error.orig).__name__)
    return answer(409, "conflict", "Another request changed the same thing at this moment. Try again.")


async def _on_store_error(request: Request, error: StoreError) -> JSONResponse:
    if error.code in (UNKNOWN_TABLE, UNKNOWN_DATABASE):
        detail = "The store has no tables yet: run `surveyor migrate`."
        return answer(503, "unavailable", detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    return await _on_bug(request, error)


async def _on_bug(_: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", error_type=type(error).__name__, exc_info=error)
    return answer(500, "internal", "The API's log says more.")
