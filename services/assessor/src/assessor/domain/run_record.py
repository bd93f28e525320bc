"""What a run was asked to do and by which rules: one row of `assessment_runs`."""

from assessor.domain.owner_rules import OwnerRules
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.base import NonNegativeInt, Record


class RunRecord(Record):
    """With the run's inputs and the catalogue that the request names, all that its result follows from."""

    request: AssessmentRequested
    rules_version: str
    attempts: NonNegativeInt
    """How often it was begun so far, this time included."""
    owner_rules: OwnerRules | None = None
    """Those of the assessor that began it first."""
