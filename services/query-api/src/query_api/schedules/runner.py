"""Ask for the runs that schedules name, when their time has come."""

import asyncio
from uuid import UUID

from query_api.assessments.requests import RequestService
from query_api.auth.identity import Identity, Role
from query_api.control.database import ControlDatabase
from query_api.control.idempotency import Attempt
from query_api.control.tables import Schedule
from query_api.schedules.cron import next_run_at
from query_api.schedules.repository import ScheduleRepository
from query_api.web.problems import Problem
from surveyor_kit.clock import Clock
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

LOOK_EVERY_SECONDS = 10.0
SCHEDULER_ID = UUID("6d5c8d5b-6a43-5a0e-9f0f-7f5d6f0c51d1")
"""Whose idempotency keys the scheduler's are; no API key has this id."""
REQUESTED = "requested"
TURN = 0x53_52_53_43
"""The lock of the replica that looks, a number of our own."""


class ScheduleRunner:
    """Looks for schedules that are due and asks for a run of each.

    A run is asked for before the schedule moves on, under a key made of the assessment and the time that
    was due: whoever is killed in between, the next look asks again and gets the run that is there. Times
    that passed while nobody looked count as one.
    """

    def __init__(self, database: ControlDatabase, requests: RequestService, clock: Clock) -> None:
        self._database = database
        self._requests = requests
        self._clock = clock

    async def run(self) -> None:
        """Look again and again, until cancelled; what fails is tried again at the next look."""
        while True:
            try:
                await self.fire_due()
            except Exception as error:  # noqa: BLE001 - a part is away; schedules must outlive that
                log.warning("schedules_not_read", error=f"{type(error).__name__}: {error}"[:300])
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def fire_due(self) -> int:
        """Ask for every run that is due; return for how many schedules the time had come."""
        async with self._database.alone(TURN) as is_our_turn:
            if not is_our_turn:
                return 0
            async with self._database.reading() as session:
                due = await ScheduleRepository(session).due(self._clock.now())
            for schedule in due:
                await self._move_on(schedule, await self._request(schedule))
        return len(due)

    async def _request(self, schedule: Schedule) -> str:
        """Ask for the run; return what came of it."""
        caller = Identity(SCHEDULER_ID, f"schedule of {schedule.created_by}"[:260], Role.OPERATOR)
        due_at = schedule.next_run_at.isoformat()
        attempt = Attempt.of(SCHEDULER_ID, f"{schedule.assessment_id} {due_at}", "scheduled run", None)
        try:
            await self._requests.recalculate(schedule.assessment_id, caller, attempt)
        except Problem as problem:
            log.warning("scheduled_run_not_requested", assessment_id=str(schedule.assessment_id))
            return problem.detail
        return REQUESTED

    async def _move_on(self, fired: Schedule, outcome: str) -> None:
        """Set the next time, unless somebody changed or deleted the schedule meanwhile."""
        async with self._database.writing() as session:
            schedules = ScheduleRepository(session)
            schedule = await schedules.by_assessment(fired.assessment_id, for_update=True)
            if schedule is None or schedule.next_run_at != fired.next_run_at:
                return
            schedule.last_due_at, schedule.last_outcome = fired.next_run_at, outcome
            schedule.next_run_at = next_run_at(schedule.cron, self._clock.now())
