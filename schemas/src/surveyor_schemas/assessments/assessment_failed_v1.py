"""A run that ended without a result."""

from typing import ClassVar, Literal

from surveyor_schemas.assessments.run_event import RunEvent


class AssessmentFailed(RunEvent):
    """The state turns to Failed. Nothing of the run is shown as a result."""

    event_type: ClassVar[str] = "surveyor.assessment-failed.v1"

    code: Literal["catalogue-unknown", "no-machines", "settings-not-supported", "internal"]
    message: str
    """For people: what is wrong, where, and what to do."""
