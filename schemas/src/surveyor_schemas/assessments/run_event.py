"""What the events of a run share."""

from uuid import UUID

from surveyor_schemas.base import AssessmentId, Event, RunId, UtcDatetime
from surveyor_schemas.identity import fact_id


class RunEvent(Event):
    """Something that happened to one run of an assessment."""

    assessment_id: AssessmentId
    run_id: RunId
    at: UtcDatetime

    def key(self) -> str:
        return str(self.assessment_id)

    def event_id(self) -> UUID:
        return fact_id(self.event_type, str(self.run_id))

    def subject_source(self) -> str:
        return "surveyor/assessor"

    def occurred_at(self) -> UtcDatetime:
        return self.at
