"""`/v1/api-keys`, `/v1/audit`, `/v1/me`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict

from query_api.auth.schemas import ApiKeyView, AuditView, CallerView, CreatedApiKey, NewApiKey
from query_api.web.dependencies import Administrator, DepsOf, Reader
from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit, Page, cut_page, decode_cursor

router = APIRouter(tags=["access"])


class AuditQuery(BaseModel):
    """Which part of the audit to read."""

    model_config = ConfigDict(extra="forbid")

    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


@router.get("/me")
async def read_caller(caller: Reader) -> CallerView:
    """Whose key this is, and what it may do."""
    return CallerView(name=caller.name, role=caller.role)


@router.get("/api-keys")
async def list_api_keys(deps: DepsOf, _: Administrator) -> list[ApiKeyView]:
    """All keys, revoked ones too."""
    return [ApiKeyView.model_validate(key, from_attributes=True) for key in await deps.keys.keys()]


@router.post("/api-keys", status_code=status.HTTP_201_CREATED)
async def create_api_key(new: NewApiKey, deps: DepsOf, caller: Administrator) -> CreatedApiKey:
    """Make a key. This answer is the only one that holds it."""
    key, secret = await deps.keys.create(new.name, new.role, caller)
    view = ApiKeyView.model_validate(key, from_attributes=True)
    return CreatedApiKey(**view.model_dump(), key=secret)


@router.delete("/api-keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
async def revoke_api_key(key_id: UUID, deps: DepsOf, caller: Administrator) -> None:
    """Let a key no longer work, from the next request on."""
    await deps.keys.revoke(key_id, caller)


@router.get("/audit")
async def list_audit(
    query: Annotated[AuditQuery, Query()], deps: DepsOf, _: Administrator
) -> Page[AuditView]:
    """Who changed what, newest first."""
    place = decode_cursor(query.cursor, int)
    entries = await deps.keys.audit(place[0] if place else None, query.limit + 1)
    entries, next_cursor = cut_page(entries, query.limit, lambda entry: (entry.id,))
    items = [AuditView.model_validate(entry, from_attributes=True) for entry in entries]
    return Page(items=items, next_cursor=next_cursor)
