"""Set, show and delete schedules."""

from uuid import UUID

from query_api.assessments.repository import AssessmentRepository
from query_api.auth.identity import Identity
from query_api.control import audit
from query_api.control.database import ControlDatabase
from query_api.control.tables import Schedule
from query_api.schedules.cron import CronRefused, check_cron, next_run_at
from query_api.schedules.repository import Named, ScheduleRepository
from query_api.schedules.schemas import NewSchedule, ScheduleView
from query_api.web.problems import invalid_field, not_found
from surveyor_kit.clock import Clock


class ScheduleService:
    """The schedules of assessments; each has one at most."""

    def __init__(self, database: ControlDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> list[ScheduleView]:
        """Return every schedule, the one that fires next first."""
        async with self._database.reading() as session:
            return [_view(named) for named in await ScheduleRepository(session).named()]

    async def view(self, assessment_id: UUID) -> ScheduleView:
        """Return an assessment's schedule.

        Raises:
            Problem: It has none.
        """
        async with self._database.reading() as session:
            found = await ScheduleRepository(session).named(assessment_id)
        if not found:
            raise not_found("schedule of assessment", assessment_id)
        return _view(found[0])

    async def set(self, assessment_id: UUID, new: NewSchedule, caller: Identity) -> ScheduleView:
        """Give an assessment a schedule in place of the one it may have.

        Raises:
            Problem: There is no such assessment, or the expression is refused.
        """
        now = self._clock.now()
        try:
            check_cron(new.cron, now)
            first = next_run_at(new.cron, now)
        except CronRefused as refused:
            raise invalid_field("cron", str(refused)) from refused
        async with self._database.writing() as session:
            assessment = await AssessmentRepository(session).assessment(assessment_id, for_update=True)
            if assessment is None:
                raise not_found("assessment", assessment_id)
            schedules = ScheduleRepository(session)
            schedule = await schedules.by_assessment(assessment_id, for_update=True)
            if schedule is None:
                schedule = Schedule(assessment_id=assessment_id, created_at=now, created_by=caller.name)
                schedules.add(schedule)
            schedule.cron, schedule.next_run_at = new.cron, first
            action = "schedule.set"
            audit.record(
                session, at=now, actor=caller.name, action=action, subject=assessment_id, cron=new.cron
            )
        return await self.view(assessment_id)

    async def delete(self, assessment_id: UUID, caller: Identity) -> None:
        """Delete an assessment's schedule.

        Raises:
            Problem: It has none.
        """
        async with self._database.writing() as session:
            if not await ScheduleRepository(session).delete(assessment_id):
                raise not_found("schedule of assessment", assessment_id)
            now = self._clock.now()
            audit.record(session, at=now, actor=caller.name, action="schedule.delete", subject=assessment_id)


def _view(named: Named) -> ScheduleView:
    schedule, assessment_name = named
    return ScheduleView(
        assessment_id=schedule.assessment_id,
        assessment_name=assessment_name,
        cron=schedule.cron,
        next_run_at=schedule.next_run_at,
        last_due_at=schedule.last_due_at,
        last_outcome=schedule.last_outcome,
        created_at=schedule.created_at,
        created_by=schedule.created_by,
    )
