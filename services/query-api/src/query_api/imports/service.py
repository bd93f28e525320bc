"""Take files in, and machines out again."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from query_api.auth.identity import Identity
from query_api.control import audit
from query_api.control.database import ControlDatabase
from query_api.control.idempotency import Attempt, earlier_subject, remember
from query_api.control.tables import Import
from query_api.imports.model import FileMachine, ReadUpload, unpack_rows
from query_api.imports.publisher import ImportPublisher
from query_api.imports.reading import UploadReader
from query_api.imports.repository import ImportRepository, KnownMachine
from query_api.imports.schemas import SOURCE_PREFIX, ImportsQuery, NewImport
from query_api.web.paging import cut_page, decode_cursor
from query_api.web.problems import conflict, not_found
from surveyor_inventory.imports import ReadRow
from surveyor_kit.clock import Clock
from surveyor_schemas.identity import imported_machine_id, next_revision

MAX_FILE_NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    file_name: str
    content: bytes
    sha256: str

    @classmethod
    async def of(cls, file_name: str, content: bytes) -> "Upload":
        """Return a file with the hash of its bytes; of the largest one, that takes a third of a second."""
        digest = await asyncio.to_thread(hashlib.sha256, content)
        return cls(file_name, content, digest.hexdigest())


@dataclass(slots=True)
class Difference:
    """What a file changes about the machines of its source, as rows of `imported_machines`."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    unchanged: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many machines are what."""
        return {"new": len(self.new), "changed": len(self.changed), "unchanged": len(self.unchanged)}


class ImportService:
    """Imports: a file is read as a whole first; only then are its accepted machines published."""

    def __init__(self, database: ControlDatabase, publisher: ImportPublisher, clock: Clock) -> None:
        self._database = database
        self._publisher = publisher
        self._clock = clock
        self._reader = UploadReader()

    async def create(
        self, upload: Upload, asked: NewImport, caller: Identity, attempt: Attempt | None
    ) -> UUID:
        """Take a file in and return the import's id; the same attempt again returns the one it made.

        Raises:
            Problem: The file cannot be used; nothing of it was taken.
        """
        read = await self._reader.read(upload.content, asked.format)
        now = self._clock.now()
        source_id = SOURCE_PREFIX + asked.source
        async with self._database.writing() as session:
            if made := await earlier_subject(session, attempt):
                return made
            imports = ImportRepository(session)
            known = await imports.of_source(source_id)
            import_id = uuid4()
            found = await asyncio.to_thread(difference, read.machines, known, asked.source, import_id, now)
            await imports.add(_new_import(import_id, upload, read, source_id, found, caller, now), found.new)
            await imports.change(found.changed)
            await imports.change(found.unchanged)
            await remember(session, attempt, import_id, now)
            audit.record(
                session,
                at=now,
                actor=caller.name,
                action="import.create",
                subject=import_id,
                **found.counts(),
            )
        self._publisher.wake()
        return import_id

    async def page(self, query: ImportsQuery) -> tuple[list[Import], dict[UUID, int], str | None]:
        """Return one page, how many machines of each still wait, and the cursor of the next."""
        place = decode_cursor(query.cursor, datetime.fromisoformat, UUID)
        after = (place[0], place[1]) if place else None
        async with self._database.reading() as session:
            imports = ImportRepository(session)
            found = await imports.page(after, query.limit + 1)
            found, next_cursor = cut_page(
                found, query.limit, lambda one: (one.created_at.isoformat(), one.id)
            )
            return found, await imports.waiting_counts([one.id for one in found]), next_cursor

    async def one(self, import_id: UUID) -> tuple[Import, int]:
        """Return an import, and how many of its machines still wait."""
        async with self._database.reading() as session:
            imports = ImportRepository(session)
            found = _found(await imports.by_id(import_id), import_id)
            return found, (await imports.waiting_counts([import_id])).get(import_id, 0)

    async def report(self, import_id: UUID) -> tuple[Import, list[ReadRow]]:
        """Return an import and its rows."""
        async with self._database.reading() as session:
            found = _found(await ImportRepository(session).by_id(import_id, with_report=True), import_id)
        return found, await asyncio.to_thread(unpack_rows, found.report)

    async def remove(self, import_id: UUID, caller: Identity) -> None:
        """Remove the machines that this import was the last to describe; its report stays readable."""
        now = self._clock.now()
        async with self._database.writing() as session:
            imports = ImportRepository(session)
            found = _found(await imports.by_id(import_id, for_update=True), import_id)
            if found.state in ("Removing", "Removed"):
                raise conflict("The machines of this import have been removed already.")
            machines = await imports.of_import(import_id)
            await imports.change(await asyncio.to_thread(_removals, machines, now))
            found.state, found.finished_at = ("Removing", None) if machines else ("Removed", now)
            audit.record(
                session,
                at=now,
                actor=caller.name,
                action="import.remove",
                subject=import_id,
                machines=len(machines),
            )
        self._publisher.wake()


def difference(
    machines: Sequence[FileMachine],
    known: Mapping[UUID, KnownMachine],
    source: str,
    import_id: UUID,
    now: datetime,
) -> Difference:
    """Compare a file's machines with what earlier files of the source said."""
    result = Difference()
    for machine in machines:
        machine_id = imported_machine_id(source, machine.identity)
        digest = hashlib.sha256(machine.document.encode()).hexdigest()
        before = known.get(machine_id)
        seen = {"machine_id": machine_id, "import_id": import_id, "row_number": machine.row}
        if before is not None and before.removed_at is None and before.digest == digest:
            # The newest import that describes it owns it: removing an older one leaves it.
            result.unchanged.append(seen)
            continue
        said = seen | {
            "revision": next_revision(before.revision if before else None, now),
            "observed_at": now,
            "digest": digest,
            "document": machine.document,
            "removed_at": None,
            "is_published": False,
        }
        if before is None:
            result.new.append(said | {"source_id": SOURCE_PREFIX + source})
        else:
            result.changed.append(said)
    return result


def _removals(machines: Mapping[UUID, KnownMachine], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "machine_id": machine_id,
            "revision": next_revision(known.revision, now),
            "observed_at": now,
            "removed_at": now,
            "is_published": False,
        }
        for machine_id, known in machines.items()
    ]


def _new_import(
    import_id: UUID,
    upload: Upload,
    read: ReadUpload,
    source_id: str,
    found: Difference,
    caller: Identity,
    now: datetime,
) -> Import:
    waits = bool(found.new or found.changed)
    return Import(
        id=import_id,
        source_id=source_id,
        format=read.head.format,
        file_name=upload.file_name,
        size_bytes=len(upload.content),
        sha256=upload.sha256,
        state="Publishing" if waits else "Completed",
        rows=dict(read.head.rows),
        machines=found.counts(),
        notes=read.head.notes,
        report=read.head.report,
        created_at=now,
        created_by=caller.name,
        finished_at=None if waits else now,
    )


def _found(found: Import | None, import_id: UUID) -> Import:
    if found is None:
        raise not_found("import", import_id)
    return found
