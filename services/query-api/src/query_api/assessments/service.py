"""Read assessments and their results, and follow their runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from query_api.assessments import states
from query_api.assessments.repository import AssessmentRepository, Found
from query_api.assessments.results import ResultRepository
from query_api.assessments.schemas import AssessmentsQuery, AssessmentView, ResultsQuery, RunsQuery
from query_api.assessments.views import assessment_view, summary_of
from query_api.control.database import ControlDatabase
from query_api.control.tables import Run
from query_api.groups.repository import GroupRepository
from query_api.web.paging import cut_page, decode_cursor
from query_api.web.problems import conflict, not_found
from surveyor_schemas.assessments.results_v1 import AssessedMachine
from surveyor_schemas.assessments.run_event import RunEvent


class AssessmentService:
    """Assessments, their runs and results."""

    def __init__(self, database: ControlDatabase, results: ResultRepository) -> None:
        self._database = database
        self._results = results

    async def apply(self, event: RunEvent) -> bool:
        """Move a run on by an event; return whether that changed anything. Unknown runs are ignored."""
        async with self._database.writing() as session:
            run = await AssessmentRepository(session).run(event.run_id, for_update=True)
            return run is not None and states.apply(run, event)

    async def page(
        self, query: AssessmentsQuery, group_id: UUID | None = None
    ) -> tuple[list[AssessmentView], str | None]:
        """Return one page of assessments, newest first, and the cursor of the next."""
        place = decode_cursor(query.cursor, datetime.fromisoformat, UUID)
        after = (place[0], place[1]) if place else None
        async with self._database.reading() as session:
            if group_id is not None and await GroupRepository(session).by_id(group_id) is None:
                raise not_found("group", group_id)
            found = await AssessmentRepository(session).page(group_id, after, query.limit + 1)
        found, next_cursor = cut_page(
            found, query.limit, lambda one: (one[0].created_at.isoformat(), one[0].id)
        )
        return await self._views(found), next_cursor

    async def view(self, assessment_id: UUID, run_id: UUID | None = None) -> AssessmentView:
        """Return one assessment with its latest run, or with the one that is named.

        Raises:
            Problem: There is none.
        """
        (view,) = await self._views([await self._found(assessment_id, run_id)])
        return view

    async def runs(self, assessment_id: UUID, query: RunsQuery) -> tuple[Sequence[Run], str | None]:
        """Return one page of an assessment's runs, newest first, and the cursor of the next."""
        place = decode_cursor(query.cursor, int)
        async with self._database.reading() as session:
            repository = AssessmentRepository(session)
            runs = await repository.runs(assessment_id, query.limit + 1, place[0] if place else None)
            if not runs and await repository.assessment(assessment_id) is None:
                raise not_found("assessment", assessment_id)
        return cut_page(list(runs), query.limit, lambda run: (run.number,))

    async def completed_run_before(self, run: Run) -> Run:
        """Return the newest run of the same assessment before one that has results.

        Raises:
            Problem: There is none.
        """
        async with self._database.reading() as session:
            repository = AssessmentRepository(session)
            earlier = await repository.runs(run.assessment_id, 1, run.number, states.COMPLETED)
        if not earlier:
            raise conflict(f"No run before run {run.number} was completed: there is nothing to compare with.")
        return earlier[0]

    async def completed_run(self, assessment_id: UUID, run_id: UUID | None = None) -> Run:
        """Return a run whose results can be read, the latest unless `run_id` names another.

        Raises:
            Problem: There is no such run, or its results are not complete.
        """
        _, run, _ = await self._found(assessment_id, run_id)
        if run.state != states.COMPLETED:
            raise conflict(f"The run is {run.state}; only a Completed one has results.")
        if await self._results.summary(run.run_id) is None:
            raise conflict("The run's results cannot be read yet. Try again.")
        return run

    async def machines(
        self, assessment_id: UUID, query: ResultsQuery
    ) -> tuple[list[AssessedMachine], str | None]:
        """Return one page of a run's results by name, and the cursor of the next."""
        run = await self.completed_run(assessment_id, query.run_id)
        return await self._results.page(run.run_id, query)

    async def machine(self, assessment_id: UUID, machine_id: UUID, run_id: UUID | None) -> AssessedMachine:
        """Return one machine's result.

        Raises:
            Problem: The run does not cover the machine.
        """
        run = await self.completed_run(assessment_id, run_id)
        machine = await self._results.machine(run.run_id, machine_id)
        if machine is None:
            raise not_found("machine in this assessment", machine_id)
        return machine

    async def _found(self, assessment_id: UUID, run_id: UUID | None) -> Found:
        async with self._database.reading() as session:
            repository = AssessmentRepository(session)
            found = await repository.found(assessment_id, run_id)
            if found is None and await repository.assessment(assessment_id) is not None:
                raise not_found("run", run_id)
        if found is None:
            raise not_found("assessment", assessment_id)
        return found

    async def _views(self, found: Iterable[Found]) -> list[AssessmentView]:
        found = list(found)
        summaries = {run.run_id: summary_of(run) for _, run, _ in found}
        read_at = {run_id: one.inputs_read_at for run_id, one in summaries.items() if one is not None}
        outdated = await self._results.outdated_runs(read_at)
        return [
            assessment_view(
                assessment,
                run,
                group,
                summary=summaries[run.run_id],
                is_outdated=run.run_id in outdated if run.run_id in read_at else None,
            )
            for assessment, run, group in found
        ]
