"""Ask for runs: everything that decides the outcome is pinned here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from query_api.assessments.repository import AssessmentRepository
from query_api.assessments.schemas import NewAssessment
from query_api.assessments.states import CANCELLED, CREATED, FINAL_STATES
from query_api.auth.identity import Identity
from query_api.catalogue.choices import check_choices
from query_api.catalogue.repository import CatalogueRepository
from query_api.control import audit
from query_api.control.database import ControlDatabase
from query_api.control.idempotency import Attempt, earlier_subject, remember
from query_api.control.outbox import Outbox
from query_api.control.tables import Assessment, Group, Run
from query_api.groups.repository import GroupRepository
from query_api.inventory.repository import MachineRepository
from query_api.store import Store
from query_api.web.problems import conflict, not_found
from surveyor_kit.clock import Clock
from surveyor_schemas.assessments.assessment_cancel_requested_v1 import AssessmentCancelRequested
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

SLOT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class PinnedScope:
    """What a run covers: a group at a revision, its machines that can be assessed, and the catalogue."""

    run_id: UUID
    group: Group
    machine_ids: list[UUID]
    catalogue_hash: str


class RequestService:
    """Requests runs of assessments.

    The scope is written to the store first, then the run and its request event in one transaction: a run
    exists exactly when its request will be published, and the assessor finds the scope of each it is asked.
    """

    def __init__(
        self,
        *,
        database: ControlDatabase,
        store: Store,
        machines: MachineRepository,
        catalogue: CatalogueRepository,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._database = database
        self._store = store
        self._machines = machines
        self._catalogue = catalogue
        self._outbox = outbox
        self._clock = clock

    async def create(
        self, group_id: UUID, new: NewAssessment, caller: Identity, attempt: Attempt | None
    ) -> UUID:
        """Make an assessment and ask for its first run; return its id."""
        if made := await self._earlier(attempt):
            return made
        await self._check(new.settings)
        scope = await self._pin(group_id)
        now = self._clock.now()
        assessment = Assessment(
            id=uuid4(),
            group_id=group_id,
            name=new.name,
            settings=new.settings.model_dump(mode="json"),
            current_run_id=scope.run_id,
            created_at=now,
            created_by=caller.name,
        )
        async with self._database.writing() as session:
            if made := await earlier_subject(session, attempt):
                return made
            await remember(session, attempt, assessment.id, now)
            AssessmentRepository(session).add(assessment)
            await session.flush()
            run = _run(assessment, 1, scope, new.settings, caller, now)
            AssessmentRepository(session).add(run)
            self._outbox.put(session, _request(assessment, run, new.settings))
            audit.record(
                session, at=now, actor=caller.name, action="assessment.create", subject=assessment.id
            )
        self._outbox.wake()
        return assessment.id

    async def recalculate(self, assessment_id: UUID, caller: Identity, attempt: Attempt | None) -> None:
        """Ask for a new run of an assessment, on its group and the catalogue as they are now."""
        if await self._earlier(attempt):
            return
        async with self._database.reading() as session:
            assessment = _found(await AssessmentRepository(session).assessment(assessment_id), assessment_id)
        scope = await self._pin(assessment.group_id)
        now = self._clock.now()
        async with self._database.writing() as session:
            if await earlier_subject(session, attempt):
                return
            await remember(session, attempt, assessment_id, now)
            assessments = AssessmentRepository(session)
            assessment = _found(await assessments.assessment(assessment_id, for_update=True), assessment_id)
            current = await assessments.run(assessment.current_run_id)
            if current is not None and current.state not in FINAL_STATES:
                raise conflict(f"The assessment is {current.state}; wait until it has ended.")
            settings = AssessmentSettings.model_validate(assessment.settings)
            run = _run(assessment, current.number + 1 if current else 1, scope, settings, caller, now)
            assessments.add(run)
            assessment.current_run_id = run.run_id
            self._outbox.put(session, _request(assessment, run, settings))
            audit.record(
                session, at=now, actor=caller.name, action="assessment.recalculate", subject=assessment_id
            )
        self._outbox.wake()

    async def cancel(self, assessment_id: UUID, caller: Identity) -> None:
        """Ask the assessor to stop the latest run; asking again changes nothing.

        Raises:
            Problem: There is no such assessment, or its run has ended already.
        """
        async with self._database.writing() as session:
            assessments = AssessmentRepository(session)
            assessment = _found(await assessments.assessment(assessment_id, for_update=True), assessment_id)
            run = await assessments.run(assessment.current_run_id, for_update=True)
            if run is None or run.state == CANCELLED or run.cancel_requested_at is not None:
                return
            if run.state in FINAL_STATES:
                raise conflict(f"The run is {run.state}; there is nothing to cancel.")
            now = self._clock.now()
            run.cancel_requested_at = now
            self._outbox.put(
                session,
                AssessmentCancelRequested(
                    assessment_id=assessment_id, run_id=run.run_id, requested_by=caller.name, requested_at=now
                ),
            )
            audit.record(
                session, at=now, actor=caller.name, action="assessment.cancel", subject=assessment_id
            )
        self._outbox.wake()

    async def _earlier(self, attempt: Attempt | None) -> UUID | None:
        async with self._database.reading() as session:
            return await earlier_subject(session, attempt)

    async def _check(self, settings: AssessmentSettings) -> None:
        """Refuse what the catalogue lacks; one without a list of contents leaves that to the assessor."""
        newest = await self._catalogue.newest()
        contents = await self._catalogue.contents(newest.hash)
        if contents is not None:
            check_choices(settings, contents)

    async def _pin(self, group_id: UUID) -> PinnedScope:
        """Resolve a group's members and write the scope of a new run."""
        async with self._database.reading() as session:
            groups = GroupRepository(session)
            group = await groups.by_id(group_id)
            if group is None:
                raise not_found("group", group_id)
            members = await groups.member_ids(group_id)
        catalogue = await self._catalogue.newest()
        machine_ids = await self._machines.assessable(members)
        if not machine_ids:
            raise conflict(
                f"The group {group.name!r} has no machine to assess: it is empty,"
                " or all its machines are removed or templates."
            )
        run_id = uuid4()
        rows = [(run_id, machine_id) for machine_id in machine_ids]
        await self._store.insert("assessment_scope", ["run_id", "machine_id"], rows)
        return PinnedScope(run_id, group, machine_ids, catalogue.hash)


def window_end(settings: AssessmentSettings, now: datetime) -> datetime:
    """Where the performance history of a run ends: at the last whole 10 minutes, or where Custom says."""
    end = settings.perf_data_end_time or now
    seconds = int(end.timestamp())
    return datetime.fromtimestamp(seconds - seconds % SLOT_SECONDS, UTC)


def _run(
    assessment: Assessment,
    number: int,
    scope: PinnedScope,
    settings: AssessmentSettings,
    caller: Identity,
    now: datetime,
) -> Run:
    return Run(
        run_id=scope.run_id,
        assessment_id=assessment.id,
        number=number,
        group_name=scope.group.name,
        group_revision=scope.group.revision,
        machine_count=len(scope.machine_ids),
        settings=settings.model_dump(mode="json"),
        window_end=window_end(settings, now),
        catalogue_hash=scope.catalogue_hash,
        requested_at=now,
        requested_by=caller.name,
        state=CREATED,
    )


def _request(assessment: Assessment, run: Run, settings: AssessmentSettings) -> AssessmentRequested:
    return AssessmentRequested(
        assessment_id=assessment.id,
        run_id=run.run_id,
        name=assessment.name,
        group_id=assessment.group_id,
        group_name=run.group_name,
        group_revision=run.group_revision,
        machine_count=run.machine_count,
        settings=settings,
        window_end=run.window_end,
        catalogue_hash=run.catalogue_hash,
        requested_by=run.requested_by,
        requested_at=run.requested_at,
    )


def _found(assessment: Assessment | None, assessment_id: UUID) -> Assessment:
    if assessment is None:
        raise not_found("assessment", assessment_id)
    return assessment
