"""`/v1/schedules`, and the schedule of an assessment."""

from uuid import UUID

from fastapi import APIRouter, status

from query_api.schedules.schemas import NewSchedule, ScheduleView
from query_api.web.dependencies import DepsOf, Operator, Reader

router = APIRouter(tags=["schedules"])


@router.get("/schedules")
async def list_schedules(deps: DepsOf, _: Reader) -> list[ScheduleView]:
    """Every schedule, the one that fires next first."""
    return await deps.schedules.all()


@router.get("/assessments/{assessment_id}/schedule")
async def read_schedule(assessment_id: UUID, deps: DepsOf, _: Reader) -> ScheduleView:
    """When an assessment is calculated again. 404 where it has no schedule."""
    return await deps.schedules.view(assessment_id)


@router.put("/assessments/{assessment_id}/schedule")
async def set_schedule(assessment_id: UUID, new: NewSchedule, deps: DepsOf, caller: Operator) -> ScheduleView:
    """Calculate an assessment again at the times of a cron expression (UTC), each time as a new run."""
    return await deps.schedules.set(assessment_id, new, caller)


@router.delete("/assessments/{assessment_id}/schedule", status_code=status.HTTP_204_NO_CONTENT)
async def delete_schedule(assessment_id: UUID, deps: DepsOf, caller: Operator) -> None:
    """Calculate the assessment only when asked."""
    await deps.schedules.delete(assessment_id, caller)
