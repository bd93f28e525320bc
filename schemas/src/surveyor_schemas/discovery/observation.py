"""What all observations share."""

from uuid import UUID

from surveyor_schemas.base import CollectorId, Event, MachineId, SourceId, UtcDatetime
from surveyor_schemas.identity import observation_id


class Observation(Event):
    """The complete state of one machine, or its end, at a revision."""

    machine_id: MachineId
    revision: int
    """Grows with every observation of the machine; readers ignore what is not above the one they hold."""
    source_id: SourceId
    collector_id: CollectorId
    collected_at: UtcDatetime
    """The collector's clock."""

    def key(self) -> str:
        return str(self.machine_id)

    def event_id(self) -> UUID:
        return observation_id(self.machine_id, self.revision)

    def subject_source(self) -> str:
        return f"surveyor/collector/{self.collector_id}/source/{self.source_id}"

    def occurred_at(self) -> UtcDatetime:
        return self.collected_at
