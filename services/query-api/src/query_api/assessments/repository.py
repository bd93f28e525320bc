"""Assessments and their runs in the control database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from query_api.control.tables import Assessment, Group, Run

Found = tuple[Assessment, Run, Group]
"""An assessment, its latest run, and its group, deleted or not."""


class AssessmentRepository:
    """Reads and writes within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, *rows: Assessment | Run) -> None:
        """Add an assessment or a run."""
        self._session.add_all(rows)

    async def assessment(self, assessment_id: UUID, *, for_update: bool = False) -> Assessment | None:
        """Return an assessment alone."""
        found = select(Assessment).where(Assessment.id == assessment_id)
        if for_update:
            found = found.with_for_update()
        return (await self._session.scalars(found)).one_or_none()

    async def found(self, assessment_id: UUID, run_id: UUID | None = None) -> Found | None:
        """Return an assessment with what its view needs: of its latest run, or of the one that is named."""
        run = Assessment.current_run_id if run_id is None else literal(run_id, Uuid())
        rows = await self._session.execute(_with_run(run).where(Assessment.id == assessment_id))
        row = rows.one_or_none()
        return (row[0], row[1], row[2]) if row else None

    async def page(
        self, group_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[Found]:
        """Return assessments, newest first."""
        latest = _with_run(Assessment.current_run_id)
        assessments = latest.order_by(Assessment.created_at.desc(), Assessment.id.desc())
        if group_id is not None:
            assessments = assessments.where(Assessment.group_id == group_id)
        if after is not None:
            assessments = assessments.where(tuple_(Assessment.created_at, Assessment.id) < after)
        return [(row[0], row[1], row[2]) for row in await self._session.execute(assessments.limit(limit))]

    async def run(self, run_id: UUID, *, for_update: bool = False) -> Run | None:
        """Return one run."""
        found = select(Run).where(Run.run_id == run_id)
        if for_update:
            found = found.with_for_update()
        return (await self._session.scalars(found)).one_or_none()

    async def runs(
        self, assessment_id: UUID, limit: int, before_number: int | None = None, state: str | None = None
    ) -> Sequence[Run]:
        """Return an assessment's runs, newest first: those before one, those in one state."""
        runs = select(Run).where(Run.assessment_id == assessment_id).order_by(Run.number.desc())
        if before_number is not None:
            runs = runs.where(Run.number < before_number)
        if state is not None:
            runs = runs.where(Run.state == state)
        return (await self._session.scalars(runs.limit(limit))).all()


def _with_run(run_id: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> Select[Assessment, Run, Group]:
    return (
        select(Assessment, Run, Group)
        .join(Run, and_(Run.run_id == run_id, Run.assessment_id == Assessment.id))
        .join(Group, Group.id == Assessment.group_id)
    )
