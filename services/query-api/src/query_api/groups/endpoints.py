"""`/v1/groups`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from query_api.control.idempotency import Attempt, IdempotencyKeyHeader
from query_api.control.tables import Group
from query_api.groups.schemas import (
    GroupChange,
    GroupsQuery,
    GroupView,
    MembersChange,
    MembersQuery,
    MemberView,
    NewGroup,
)
from query_api.web.dependencies import DepsOf, Operator, Reader
from query_api.web.paging import Page

router = APIRouter(prefix="/groups", tags=["groups"])


@router.get("")
async def list_groups(query: Annotated[GroupsQuery, Query()], deps: DepsOf, _: Reader) -> Page[GroupView]:
    """Groups by name."""
    groups, next_cursor = await deps.groups.page(query)
    return Page(items=[_view(group) for group in groups], next_cursor=next_cursor)


@router.post("", status_code=status.HTTP_201_CREATED)
async def create_group(
    new: NewGroup, deps: DepsOf, caller: Operator, idempotency_key: IdempotencyKeyHeader = None
) -> GroupView:
    """Make a group, with machines or empty."""
    attempt = Attempt.of(caller.key_id, idempotency_key, "create group", new)
    return _view(await deps.groups.create(new, caller, attempt))


@router.get("/{group_id}")
async def read_group(group_id: UUID, deps: DepsOf, _: Reader) -> GroupView:
    """One group."""
    return _view(await deps.groups.group(group_id))


@router.patch("/{group_id}")
async def change_group(group_id: UUID, change: GroupChange, deps: DepsOf, caller: Operator) -> GroupView:
    """Rename or describe a group."""
    return _view(await deps.groups.change(group_id, change, caller))


@router.delete("/{group_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_group(group_id: UUID, deps: DepsOf, caller: Operator) -> None:
    """Delete a group. Its assessments stay readable; they can no longer be recalculated."""
    await deps.groups.delete(group_id, caller)


@router.get("/{group_id}/members")
async def list_members(
    group_id: UUID, query: Annotated[MembersQuery, Query()], deps: DepsOf, _: Reader
) -> Page[MemberView]:
    """The machines of a group, in the order of their ids."""
    items, next_cursor = await deps.groups.members(group_id, query)
    return Page(items=items, next_cursor=next_cursor)


@router.post("/{group_id}/members")
async def change_members(group_id: UUID, change: MembersChange, deps: DepsOf, caller: Operator) -> GroupView:
    """Add or remove machines. Repeating it changes nothing more."""
    return _view(await deps.groups.change_members(group_id, change, caller))


def _view(group: Group) -> GroupView:
    return GroupView.model_validate(group, from_attributes=True)
