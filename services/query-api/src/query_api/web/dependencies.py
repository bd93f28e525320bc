"""What endpoints ask for: the application's parts, and a caller who may do this."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from query_api.auth.identity import Identity, Role
from query_api.deps import Deps
from query_api.web.problems import Problem

_bearer = HTTPBearer(auto_error=False, description="An API key.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="An API key.")


def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


DepsOf = Annotated[Deps, Depends(_deps)]


def _require(role: Role) -> Callable[..., Awaitable[Identity]]:
    async def caller(
        deps: DepsOf,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
        header: Annotated[str | None, Depends(_header)],
    ) -> Identity:
        key = bearer.credentials if bearer else header
        identity = await deps.keys.identify(key) if key else None
        if identity is None:
            detail = (
                "The key is not valid." if key else "Send a key: `Authorization: Bearer …` or `X-API-Key`."
            )
            raise Problem(401, "unauthenticated", detail)
        if not identity.role.includes(role):
            raise Problem(403, "forbidden", f"This needs the role {role}; the key has {identity.role}.")
        return identity

    return caller


Reader = Annotated[Identity, Depends(_require(Role.READER))]
Operator = Annotated[Identity, Depends(_require(Role.OPERATOR))]
Administrator = Annotated[Identity, Depends(_require(Role.ADMIN))]
