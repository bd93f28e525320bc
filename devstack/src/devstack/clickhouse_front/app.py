"""The HTTP application: authentication, queries, ping."""

import base64
import binascii
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from devstack.clickhouse_front.engine import Engine
from devstack.clickhouse_front.errors import AUTHENTICATION_FAILED, ClickHouseError
from devstack.clickhouse_front.request import read_query

_CONCURRENT_QUERIES = 64


@dataclass(frozen=True)
class Credentials:
    """The one user that may query."""

    username: str
    password: str


def create_app(engine: Engine, credentials: Credentials) -> Starlette:
    """Serve the engine; it is closed when the application ends."""
    limiter = CapacityLimiter(_CONCURRENT_QUERIES)

    async def query(request: Request) -> Response:
        try:
            _authenticate(request, credentials)
            if request.method == "GET" and not request.query_params.get("query"):
                return PlainTextResponse("Ok.\n")
            wanted = await read_query(request)
            answer = await anyio.to_thread.run_sync(partial(engine.execute, wanted), limiter=limiter)
        except ClickHouseError as error:
            return _error_response(error, engine)
        headers = {
            "X-ClickHouse-Summary": answer.summary,
            "X-ClickHouse-Query-Id": request.query_params.get("query_id") or str(uuid.uuid4()),
            "X-ClickHouse-Format": answer.output_format,
            "X-ClickHouse-Timezone": engine.timezone,
        }
        return Response(answer.output, headers=headers, media_type="application/octet-stream")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        engine.close()

    routes = [Route("/ping", _ping), Route("/", query, methods=["GET", "POST"])]
    return Starlette(routes=routes, lifespan=lifespan)


async def _ping(_request: Request) -> Response:
    return PlainTextResponse("Ok.\n")


def _authenticate(request: Request, credentials: Credentials) -> None:
    username, password = _given_credentials(request)
    known = secrets.compare_digest(username.encode(), credentials.username.encode())
    right = secrets.compare_digest(password.encode(), credentials.password.encode())
    if not (known and right):
        message = (
            f"{username}: Authentication failed: password is incorrect, or there is no user with such name."
        )
        raise ClickHouseError.of(AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED", message)


def _given_credentials(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return username, password
    headers, parameters = request.headers, request.query_params
    username = headers.get("x-clickhouse-user") or parameters.get("user") or "default"
    return username, headers.get("x-clickhouse-key") or parameters.get("password") or ""


def _error_response(error: ClickHouseError, engine: Engine) -> Response:
    text = f"{error} (version {engine.version})\n" if "(version " not in str(error) else f"{error}\n"
    headers = {"X-ClickHouse-Exception-Code": str(error.code)}
    return PlainTextResponse(text, status_code=error.status, headers=headers)
