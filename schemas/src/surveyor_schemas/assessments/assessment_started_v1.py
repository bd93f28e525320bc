"""The assessor took up a run."""

from typing import ClassVar

from surveyor_schemas.assessments.run_event import RunEvent
from surveyor_schemas.base import NonNegativeInt


class AssessmentStarted(RunEvent):
    """The state turns from Created to Running; sent again when a killed assessor resumes."""

    event_type: ClassVar[str] = "surveyor.assessment-started.v1"

    machine_count: NonNegativeInt
