"""Imports and their machines in the control database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from query_api.control.tables import Import, ImportedMachine

_WAITS = ImportedMachine.is_published.is_(False)
_FINISHED = {"Publishing": "Completed", "Removing": "Removed"}


ROWS_PER_STATEMENT = 250
"""Preparing as many takes some 50 ms, in which no other request is answered."""

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class KnownMachine:
    """What a new file is compared with."""

    revision: int
    digest: str
    removed_at: datetime | None


class ImportRepository:
    """Reads and writes within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(
        self, import_id: UUID, *, with_report: bool = False, for_update: bool = False
    ) -> Import | None:
        """Return an import."""
        found = select(Import).where(Import.id == import_id)
        if with_report:
            found = found.options(undefer(Import.report))
        if for_update:
            found = found.with_for_update()
        return (await self._session.scalars(found)).one_or_none()

    async def page(self, after: tuple[datetime, UUID] | None, limit: int) -> list[Import]:
        """Return imports, newest first."""
        imports = select(Import).order_by(Import.created_at.desc(), Import.id.desc())
        if after is not None:
            imports = imports.where(tuple_(Import.created_at, Import.id) < after)
        return list(await self._session.scalars(imports.limit(limit)))

    async def waiting_counts(self, import_ids: Sequence[UUID]) -> dict[UUID, int]:
        """Return how many machines of each import still wait to be published."""
        counted = (
            select(ImportedMachine.import_id, func.count())
            .where(_WAITS, ImportedMachine.import_id.in_(import_ids))
            .group_by(ImportedMachine.import_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(counted)}

    async def of_source(self, source_id: str) -> dict[UUID, KnownMachine]:
        """Return all machines of a source; nobody else changes them until the transaction ends."""
        return await self._known(ImportedMachine.source_id == source_id)

    async def of_import(self, import_id: UUID) -> dict[UUID, KnownMachine]:
        """Return the machines that an import was the last to describe, and that are not removed."""
        return await self._known(
            and_(ImportedMachine.import_id == import_id, ImportedMachine.removed_at.is_(None))
        )

    async def add(self, new: Import, machines: Rows) -> None:
        """Add an import and machines that are new with it."""
        self._session.add(new)
        await self._session.flush()
        for some in _parts(machines):
            await self._session.execute(insert(ImportedMachine), some)

    async def change(self, changes: Rows) -> None:
        """Change machines; each change has a `machine_id` and the same fields."""
        for some in _parts(changes):
            await self._session.execute(update(ImportedMachine), some)

    async def waiting(self, limit: int) -> list[tuple[ImportedMachine, Import]]:
        """Return machines that wait to be published, with the imports that described them."""
        found = (
            select(ImportedMachine, Import)
            .join(Import, Import.id == ImportedMachine.import_id)
            .where(_WAITS)
            .order_by(ImportedMachine.machine_id)
            .limit(limit)
        )
        return [(machine, its_import) for machine, its_import in await self._session.execute(found)]

    async def note_published(self, machines: Sequence[ImportedMachine]) -> None:
        """Keep that these revisions were published; a newer one that came meanwhile still waits."""
        noted = (
            update(ImportedMachine)
            .where(
                ImportedMachine.machine_id == bindparam("published_id"),
                ImportedMachine.revision == bindparam("published_revision"),
            )
            .values(is_published=True)
        )
        published = [
            {"published_id": machine.machine_id, "published_revision": machine.revision}
            for machine in machines
        ]
        connection = await self._session.connection()
        await connection.execute(noted, published)

    async def _known(self, condition: ColumnElement[bool]) -> dict[UUID, KnownMachine]:
        found = select(
            ImportedMachine.machine_id,
            ImportedMachine.revision,
            ImportedMachine.digest,
            ImportedMachine.removed_at,
        )
        rows = await self._session.stream(
            found.where(condition).with_for_update(), execution_options={"yield_per": ROWS_PER_STATEMENT}
        )
        return {row.machine_id: KnownMachine(row.revision, row.digest, row.removed_at) async for row in rows}

    async def finish(self, now: datetime) -> None:
        """Give their last state to imports of which no machine waits any more."""
        still_waits = exists().where(_WAITS, ImportedMachine.import_id == Import.id)
        for state, finished in _FINISHED.items():
            await self._session.execute(
                update(Import)
                .where(Import.state == state, ~still_waits)
                .values(state=finished, finished_at=now)
                .execution_options(synchronize_session=False)
            )


def _parts(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        yield rows[start : start + ROWS_PER_STATEMENT]
