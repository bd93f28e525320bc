"""Imports as the API shows and takes them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit
from surveyor_inventory.imports import ImportFormat, Outcome
from surveyor_schemas.base import UtcDatetime

ImportState = Literal["Publishing", "Completed", "Removing", "Removed"]
DEFAULT_SOURCE = "default"
SOURCE_PREFIX = "import:"

SourceName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w .-]{1,100}$")]
"""Letters, digits, blanks and `_.-`, up to 100."""


class NewImport(BaseModel):
    """What comes with a file."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName = Field(
        default=DEFAULT_SOURCE,
        description="The estate that the file describes. The same server name (or VM UUID) in one source is "
        "one machine, whatever the file is called; another source keeps estates with equal names apart.",
    )
    format: ImportFormat | None = Field(
        default=None, description="Refuse any other; absent: either is taken."
    )


class ImportsQuery(BaseModel):
    """One page of imports."""

    model_config = ConfigDict(extra="forbid")

    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class RowsQuery(BaseModel):
    """One page of an import's rows."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome | None = Field(default=None, description="Only rows with this outcome.")
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class RowCounts(BaseModel):
    """Rows of the file by what became of them."""

    accepted: int
    warning: int
    """Accepted, with doubts."""
    error: int
    """Left out."""
    skipped: int
    """No machines, such as templates."""


class MachineCounts(BaseModel):
    """Machines of the file, beside what earlier files of the source said."""

    new: int
    changed: int
    unchanged: int
    """They keep their revision; nothing is published."""


class ImportProgress(BaseModel):
    """How many machines have been published."""

    done: int
    total: int


class ImportView(BaseModel):
    """An import. `Completed`: all machines are published, and show in the inventory within seconds."""

    id: UUID
    source: str
    source_id: str
    """What the machines of this source have as `source_id`."""
    format: ImportFormat
    file_name: str
    size_bytes: int
    sha256: str
    state: ImportState
    progress: ImportProgress
    rows: RowCounts
    machines: MachineCounts
    notes: list[str]
    """About the file as a whole, such as columns that were not understood."""
    created_at: UtcDatetime
    created_by: str
    finished_at: UtcDatetime | None


class FindingView(BaseModel):
    """Something about one cell, or about the row where `column` is null."""

    severity: Literal["warning", "error"]
    sheet: str | None
    row: int
    column: str | None
    message: str
    fix: str


class RowView(BaseModel):
    """A row of the file, counted as a spreadsheet shows it."""

    sheet: str | None
    row: int
    name: str | None
    outcome: Outcome
    findings: list[FindingView]
