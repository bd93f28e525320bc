"""The tables. `migrations/` makes them; a test compares the two."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from query_api.control.columns import Base, UtcDateTime

_SERIAL = BigInteger().with_variant(Integer, "sqlite")


class Group(Base):
    """A named set of machines; deleted ones stay, for the assessments made of them."""

    __tablename__ = "groups"
    __table_args__ = (
        Index(
            "groups_name",
            "name_key",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(260))
    name_key: Mapped[str] = mapped_column(String(520))
    """The name without case: two groups may not differ by case alone."""
    description: Mapped[str | None] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(BigInteger)
    members_revision: Mapped[int] = mapped_column(BigInteger)
    """The revision that last changed the members; a later one only renamed the group."""
    machine_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GroupMember(Base):
    """A machine of a group."""

    __tablename__ = "group_members"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    machine_id: Mapped[UUID] = mapped_column(primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Assessment(Base):
    """A name and settings for a group; each calculation of it is a run."""

    __tablename__ = "assessments"
    __table_args__ = (Index("assessments_of_group", "group_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("groups.id"))
    name: Mapped[str] = mapped_column(String(260))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    current_run_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(260))


class Run(Base):
    """One calculation: what it was asked with, and how far it is."""

    __tablename__ = "runs"
    __table_args__ = (Index("runs_of_assessment", "assessment_id", "number", unique=True),)

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    number: Mapped[int]
    group_name: Mapped[str] = mapped_column(String(260))
    group_revision: Mapped[int] = mapped_column(BigInteger)
    machine_count: Mapped[int]
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    window_end: Mapped[datetime] = mapped_column(UtcDateTime)
    catalogue_hash: Mapped[str] = mapped_column(String(128))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_by: Mapped[str] = mapped_column(String(260))
    state: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    step: Mapped[str | None] = mapped_column(String(40))
    done: Mapped[int | None]
    total: Mapped[int | None]
    error_code: Mapped[str | None] = mapped_column(String(80))
    error_message: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    """An AssessmentSummary as JSON text, so that its amounts keep every digit."""


class Schedule(Base):
    """When an assessment is to be calculated again."""

    __tablename__ = "schedules"
    __table_args__ = (Index("schedules_due", "next_run_at"),)

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    cron: Mapped[str] = mapped_column(String(120))
    next_run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_outcome: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(260))


class OutgoingEvent(Base):
    """A message to publish, written in the transaction of what it tells; deleted when the broker has it."""

    __tablename__ = "outgoing_events"

    id: Mapped[int] = mapped_column(_SERIAL, primary_key=True, autoincrement=True)
    topic: Mapped[str] = mapped_column(String(249))
    key: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[list[list[str]]] = mapped_column(JSON)


class Import(Base):
    """An uploaded file: what was in it, and how far its machines are published."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(260))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    rows: Mapped[dict[str, int]] = mapped_column(JSON)
    """How many rows had each outcome."""
    machines: Mapped[dict[str, int]] = mapped_column(JSON)
    """How many machines were new, changed and unchanged."""
    notes: Mapped[list[str]] = mapped_column(JSON)
    report: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The report of all rows, JSON in gzip: read as a whole or not at all."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(260))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ImportedMachine(Base):
    """What files last said about a machine; it waits here to be published."""

    __tablename__ = "imported_machines"
    __table_args__ = (
        Index("imported_machines_of_source", "source_id"),
        Index("imported_machines_of_import", "import_id"),
        Index("imported_machines_waiting", "is_published", "machine_id"),
    )

    machine_id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(String(200))
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id"))
    """The import that said it last."""
    row_number: Mapped[int]
    revision: Mapped[int] = mapped_column(BigInteger)
    observed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    """Of `document`: what did not change makes no new revision."""
    document: Mapped[str] = mapped_column(Text)
    """The machine as the file describes it, as JSON."""
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_published: Mapped[bool]


class ApiKey(Base):
    """Who may use the API. The key itself is not stored, only its hash."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(260))
    role: Mapped[str] = mapped_column(String(20))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    is_bootstrap: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(260))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """Who changed what; written in the transaction of the change."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(_SERIAL, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(260))
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(260))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class IdempotencyKey(Base):
    """An answer that was given, to be given again when the same request comes again."""

    __tablename__ = "idempotency_keys"

    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[UUID]
    """The group or assessment that the first request made or touched."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
