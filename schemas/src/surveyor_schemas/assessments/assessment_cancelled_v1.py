"""A run that somebody stopped."""

from typing import ClassVar

from surveyor_schemas.assessments.run_event import RunEvent


class AssessmentCancelled(RunEvent):
    """The state turns to Cancelled."""

    event_type: ClassVar[str] = "surveyor.assessment-cancelled.v1"

    cancelled_by: str
