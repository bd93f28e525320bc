"""A run of an assessment, no longer wanted."""

from typing import ClassVar
from uuid import UUID

from surveyor_schemas.base import AssessmentId, Event, RunId, UtcDatetime
from surveyor_schemas.identity import fact_id


class AssessmentCancelRequested(Event):
    """Asks to stop a run, whether it is under way or still waits for its turn.

    Its key is that of the request, so that both are in one partition and reach the same assessor, in
    order. `AssessmentCancelled` answers, or `AssessmentCompleted` where the result was there first.
    """

    event_type: ClassVar[str] = "surveyor.assessment-cancel-requested.v1"

    assessment_id: AssessmentId
    run_id: RunId
    requested_by: str
    requested_at: UtcDatetime

    def key(self) -> str:
        return str(self.assessment_id)

    def event_id(self) -> UUID:
        return fact_id("assessment-cancel-requested", str(self.run_id))

    def subject_source(self) -> str:
        return "surveyor/query-api"

    def occurred_at(self) -> UtcDatetime:
        return self.requested_at
