"""`/v1/changes`, live or as a list, and the changes of one machine."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from query_api.changes.schemas import ChangesQuery, ChangeView, MachineChangesQuery
from query_api.inventory.endpoints import MachineOfPath
from query_api.web.dependencies import DepsOf, Reader
from query_api.web.paging import Page
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged

router = APIRouter(tags=["changes"])

LastEventId = Annotated[
    str | None,
    Header(max_length=2000, description="The id of the last event seen: the stream goes on after it."),
]


@router.get("/changes")
async def list_changes(query: Annotated[ChangesQuery, Query()], deps: DepsOf, _: Reader) -> Page[ChangeView]:
    """Changes of all machines, newest first."""
    items, next_cursor = await deps.changes.page(query)
    return Page(items=items, next_cursor=next_cursor)


@router.get("/machines/{machine_id}/changes")
async def list_machine_changes(
    query: Annotated[MachineChangesQuery, Query()], machine: MachineOfPath, deps: DepsOf
) -> Page[ChangeView]:
    """Changes of one machine, newest first."""
    whole = ChangesQuery(machine_id=machine.machine_id, **query.model_dump())
    items, next_cursor = await deps.changes.page(whole)
    return Page(items=items, next_cursor=next_cursor)


@router.get("/changes/stream", response_class=EventSourceResponse)
async def stream_changes(
    deps: DepsOf,
    _: Reader,
    last_event_id: LastEventId = None,
    machine_id: Annotated[UUID | None, Query(description="Changes of this machine only.")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Changes as they happen.

    Each event is named `change` and holds a change as the list has it. A first event named `open` says that
    the stream is live. After a break of at most ten minutes, `Last-Event-ID` brings what was missed; after a
    longer one read the list.
    """
    async with deps.change_feed.reading(last_event_id) as reader:
        yield ServerSentEvent(event="open", data={}, id=last_event_id or deps.change_feed.place() or None)
        async for item in reader:
            if isinstance(item.event, EnvironmentChanged) and machine_id in (None, item.event.machine_id):
                yield ServerSentEvent(event="change", data=ChangeView.of(item.event), id=item.place)
