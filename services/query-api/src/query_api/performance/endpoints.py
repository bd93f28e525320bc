"""`/v1/machines/{machine_id}/performance`."""

from typing import Annotated

from fastapi import APIRouter, Query

from query_api.inventory.endpoints import MachineOfPath
from query_api.performance.schemas import Performance, PerformanceQuery
from query_api.web.dependencies import DepsOf

router = APIRouter(tags=["performance"])


@router.get("/machines/{machine_id}/performance")
async def read_performance(
    query: Annotated[PerformanceQuery, Query()], machine: MachineOfPath, deps: DepsOf
) -> Performance:
    """Samples or 10-minute peaks of a machine, its disks and its NICs."""
    return await deps.performance.read(machine, query)
