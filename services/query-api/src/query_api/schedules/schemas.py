"""Schedules as the API shows and takes them."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from surveyor_schemas.base import UtcDatetime

CronText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=9, max_length=120)]


class NewSchedule(BaseModel):
    """When an assessment is to be calculated again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"cron": "30 5 * * MON"}]})

    cron: CronText
    """Minute, hour, day of month, month, day of week; in UTC."""


class ScheduleView(BaseModel):
    """When an assessment is calculated again, and what came of the last time."""

    assessment_id: UUID
    assessment_name: str
    cron: str
    next_run_at: UtcDatetime
    last_due_at: UtcDatetime | None
    """The last time that came; several that passed while the service was down count as one."""
    last_outcome: str | None
    """`requested`, or why no run was asked for."""
    created_at: UtcDatetime
    created_by: str
