"""A group at a revision; its members are read from the API or from ClickHouse."""

from typing import ClassVar
from uuid import UUID

from surveyor_schemas.base import Event, GroupId, NonNegativeInt, UtcDatetime
from surveyor_schemas.identity import fact_id


class GroupChanged(Event):
    """A group was made, renamed, got other members, or was deleted."""

    event_type: ClassVar[str] = "surveyor.group-changed.v1"

    group_id: GroupId
    revision: NonNegativeInt
    """Grows with every change of name or members."""
    name: str
    machine_count: NonNegativeInt
    deleted: bool
    changed_at: UtcDatetime

    def key(self) -> str:
        return str(self.group_id)

    def event_id(self) -> UUID:
        return fact_id("group", str(self.group_id), str(self.revision), str(self.deleted))

    def subject_source(self) -> str:
        return "surveyor/query-api"

    def occurred_at(self) -> UtcDatetime:
        return self.changed_at
