"""`/v1/machines`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from query_api.inventory.schemas import MachinesQuery, MachineSummary
from query_api.web.dependencies import DepsOf, Reader
from query_api.web.paging import Page
from query_api.web.problems import not_found
from surveyor_schemas.inventory.machine_v1 import Machine

router = APIRouter(prefix="/machines", tags=["machines"])


@router.get("")
async def list_machines(
    query: Annotated[MachinesQuery, Query()], deps: DepsOf, _: Reader
) -> Page[MachineSummary]:
    """Machines by name."""
    items, next_cursor, total = await deps.machines.page(query)
    return Page(items=items, next_cursor=next_cursor, total=total)


async def machine_of_path(machine_id: UUID, deps: DepsOf, _: Reader) -> Machine:
    """The machine that a path names.

    Raises:
        Problem: There is none.
    """
    machine = await deps.machines.machine(machine_id)
    if machine is None:
        raise not_found("machine", machine_id)
    return machine


MachineOfPath = Annotated[Machine, Depends(machine_of_path)]


@router.get("/{machine_id}")
async def read_machine(machine: MachineOfPath) -> Machine:
    """All that is known of one machine; a removed one has `removed_at`. Null is unknown."""
    return machine
