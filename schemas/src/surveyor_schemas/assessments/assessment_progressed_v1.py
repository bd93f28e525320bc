"""How far a run is, at least every two seconds."""

from typing import ClassVar, Literal
from uuid import UUID

from surveyor_schemas.assessments.run_event import RunEvent
from surveyor_schemas.base import NonNegativeInt
from surveyor_schemas.identity import fact_id


class AssessmentProgressed(RunEvent):
    """`done` of `total` machines in a step."""

    event_type: ClassVar[str] = "surveyor.assessment-progressed.v1"

    step: Literal["reading-inputs", "assessing", "writing-results"]
    done: NonNegativeInt
    total: NonNegativeInt

    def event_id(self) -> UUID:
        return fact_id(self.event_type, str(self.run_id), self.step, str(self.done))
