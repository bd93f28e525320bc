"""One change of one machine."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from surveyor_schemas.base import Event, MachineId, SourceId, UtcDatetime
from surveyor_schemas.identity import change_id

ChangeKind = Literal[
    "machine-added",
    "machine-removed",
    "disk-added",
    "disk-removed",
    "nic-added",
    "nic-removed",
    "resized",
    "renamed",
    "moved",
    "power",
    "configuration",
]


class EnvironmentChanged(Event):
    """A field that has another value than before, or a machine, disk or NIC that came or went."""

    event_type: ClassVar[str] = "surveyor.environment-changed.v1"

    machine_id: MachineId
    machine_name: str
    source_id: SourceId
    revision: int
    """The revision that brought the change."""
    kind: ChangeKind
    field_path: Annotated[str, Field(min_length=1)]
    """A field of `Machine`: `cores`, `disks[2000].size_bytes`, `nics[4000]`; `machine` for the whole."""
    before: JsonValue
    """None where there was nothing."""
    after: JsonValue
    outdates_assessments: bool
    """True for the fields whose change makes earlier assessments outdated."""
    observed_at: UtcDatetime
    recorded_at: UtcDatetime

    def key(self) -> str:
        return str(self.machine_id)

    def event_id(self) -> UUID:
        return change_id(self.machine_id, self.revision, self.field_path)

    def subject_source(self) -> str:
        return "surveyor/normalizer"

    def occurred_at(self) -> UtcDatetime:
        return self.observed_at
