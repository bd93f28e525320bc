"""Changes as the API shows them."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit
from surveyor_schemas.base import UtcDatetime
from surveyor_schemas.inventory.environment_changed_v1 import ChangeKind, EnvironmentChanged


class MachineChangesQuery(BaseModel):
    """One page of a machine's changes."""

    model_config = ConfigDict(extra="forbid")

    kind: ChangeKind | None = None
    since: Annotated[AwareDatetime | None, Field(description="Recorded at this time or later.")] = None
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class ChangesQuery(MachineChangesQuery):
    """One page of all changes."""

    machine_id: UUID | None = None
    source_id: Annotated[str | None, Field(max_length=200)] = None


class ChangeView(BaseModel):
    """A field of a machine that has another value, or a machine, disk or NIC that came or went."""

    change_id: UUID
    machine_id: UUID
    machine_name: str
    source_id: str
    revision: int
    kind: ChangeKind
    field_path: str
    """A field of the machine, such as `cores` or `disks[2000].size_bytes`; `machine` for the whole."""
    before: JsonValue
    after: JsonValue
    outdates_assessments: bool
    observed_at: UtcDatetime
    """When the collector saw it."""
    recorded_at: UtcDatetime
    """When it was stored; the order of the list."""

    @classmethod
    def of(cls, event: EnvironmentChanged) -> "ChangeView":
        """The same change as a live event tells it."""
        return cls(change_id=event.event_id(), **event.model_dump())
