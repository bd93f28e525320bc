"""All results of a run are stored and readable."""

from typing import ClassVar

from surveyor_schemas.assessments.results_v1 import AssessmentSummary
from surveyor_schemas.assessments.run_event import RunEvent


class AssessmentCompleted(RunEvent):
    """The state turns to Completed."""

    event_type: ClassVar[str] = "surveyor.assessment-completed.v1"

    summary: AssessmentSummary
