"""Groups as the API shows and takes them."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from query_api.inventory.schemas import MachineSummary
from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit
from surveyor_schemas.base import UtcDatetime

MAX_IDS = 10_000

Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^<>&:?/#\x00-\x1f]{1,260}$")]
"""Up to 260 characters, none of `<>&:?/#`: the names that Azure Migrate takes.

Source: Microsoft.Migrate AssessmentProjects specification (API 2023-03-15), group and assessment names.
"""
Description = Annotated[str, Field(max_length=2000)]
MachineIds = Annotated[list[UUID], Field(max_length=MAX_IDS)]


class NewGroup(BaseModel):
    """A group to make."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "web tier", "machine_ids": []}]}
    )

    name: Name
    description: Description | None = None
    machine_ids: MachineIds = []


class GroupChange(BaseModel):
    """What to change of a group; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: Description | None = None

    @model_validator(mode="after")
    def _name_is_not_taken_away(self) -> Self:
        if "name" in self.model_fields_set and self.name is None:
            raise ValueError("name: a group has a name")
        return self


class MembersChange(BaseModel):
    """Machines to add to a group or to remove from it."""

    model_config = ConfigDict(extra="forbid")

    operation: Literal["add", "remove"]
    machine_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_IDS)]


class GroupsQuery(BaseModel):
    """One page of groups."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str | None, Field(max_length=200, description="Part of the name, in any case.")] = None
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class MembersQuery(BaseModel):
    """One page of a group's machines."""

    model_config = ConfigDict(extra="forbid")

    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class GroupView(BaseModel):
    """A group."""

    id: UUID
    name: str
    description: str | None
    revision: int
    """Grows with every change."""
    machine_count: int
    created_at: UtcDatetime
    updated_at: UtcDatetime


class MemberView(BaseModel):
    """A machine of a group."""

    machine_id: UUID
    added_at: UtcDatetime
    machine: MachineSummary | None
    """Null when the store no longer knows it. A machine with `removed_at` stays, and is not assessed."""
