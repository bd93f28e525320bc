"""A run of an assessment, asked for; which machines it covers is in `assessment_scope`."""

from typing import ClassVar
from uuid import UUID

from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.base import AssessmentId, Event, GroupId, NonNegativeInt, RunId, UtcDatetime
from surveyor_schemas.identity import fact_id


class AssessmentRequested(Event):
    """Everything that decides the outcome of a run, pinned at the request."""

    event_type: ClassVar[str] = "surveyor.assessment-requested.v1"

    assessment_id: AssessmentId
    run_id: RunId
    """A recalculation is a new run of the same assessment."""
    name: str
    group_id: GroupId
    group_name: str
    group_revision: NonNegativeInt
    machine_count: NonNegativeInt
    settings: AssessmentSettings
    window_end: UtcDatetime
    """The end of the performance history; its length is the settings' time range."""
    catalogue_hash: str
    requested_by: str
    requested_at: UtcDatetime

    def key(self) -> str:
        return str(self.assessment_id)

    def event_id(self) -> UUID:
        return fact_id("assessment-requested", str(self.run_id))

    def subject_source(self) -> str:
        return "surveyor/query-api"

    def occurred_at(self) -> UtcDatetime:
        return self.requested_at
