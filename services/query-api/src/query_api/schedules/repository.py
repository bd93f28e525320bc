"""Schedules in the control database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.tables import Assessment, Schedule

Named = tuple[Schedule, str]
"""A schedule and its assessment's name."""


class ScheduleRepository:
    """Reads and writes within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, schedule: Schedule) -> None:
        """Add the schedule of an assessment that has none."""
        self._session.add(schedule)

    async def by_assessment(self, assessment_id: UUID, *, for_update: bool = False) -> Schedule | None:
        """Return an assessment's schedule."""
        return await self._session.get(Schedule, assessment_id, with_for_update=for_update or None)

    async def named(self, assessment_id: UUID | None = None) -> Sequence[Named]:
        """Return schedules, the one that fires next first."""
        query = (
            select(Schedule, Assessment.name)
            .join(Assessment, Assessment.id == Schedule.assessment_id)
            .order_by(Schedule.next_run_at, Schedule.assessment_id)
        )
        if assessment_id is not None:
            query = query.where(Schedule.assessment_id == assessment_id)
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def due(self, now: datetime) -> Sequence[Schedule]:
        """Return what should have fired by now, the longest overdue first."""
        query = select(Schedule).where(Schedule.next_run_at <= now).order_by(Schedule.next_run_at)
        return (await self._session.scalars(query)).all()

    async def delete(self, assessment_id: UUID) -> bool:
        """Delete an assessment's schedule; return whether it had one."""
        gone = await self._session.execute(delete(Schedule).where(Schedule.assessment_id == assessment_id))
        return bool(getattr(gone, "rowcount", 0))
