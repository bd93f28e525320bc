"""Assessments as the API shows and takes them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from query_api.groups.schemas import Name
from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.results_v1 import Amount, AssessmentSummary, Suitability
from surveyor_schemas.base import UtcDatetime

State = Literal["Created", "Running", "Completed", "Failed", "Cancelled"]
Step = Literal["reading-inputs", "assessing", "writing-results"]


class NewAssessment(BaseModel):
    """An assessment to make of a group."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "web tier, West Europe",
                    "settings": {"azure_location": "westeurope", "sizing_criterion": "PerformanceBased"},
                }
            ]
        },
    )

    name: Name
    settings: AssessmentSettings


class AssessmentsQuery(BaseModel):
    """One page of assessments."""

    model_config = ConfigDict(extra="forbid")

    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class RunsQuery(AssessmentsQuery):
    """One page of an assessment's runs."""


class ResultsQuery(BaseModel):
    """One page of a run's machines."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str | None, Field(max_length=200, description="Part of the name, in any case.")] = None
    suitability: Suitability | None = None
    rightsizing: Annotated[
        Literal["Idle", "Oversized"] | None,
        Field(description="Only machines that do next to nothing, or that have far more than they use."),
    ] = None
    run_id: Annotated[UUID | None, Field(description="An earlier run; the latest when absent.")] = None
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class BacktestQuery(BaseModel):
    """Which points to count on, and over which part of the run's window."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    resolution: Annotated[
        Literal["raw", "10m"], Field(description="`raw` counts now; `10m` is what the result holds.")
    ] = "raw"
    from_: Annotated[
        AwareDatetime | None, Field(alias="from", description="For `raw`; absent: the run's window.")
    ] = None
    until: Annotated[AwareDatetime | None, Field(description="For `raw`; not included.")] = None
    run_id: Annotated[UUID | None, Field(description="An earlier run; the latest when absent.")] = None


class Progress(BaseModel):
    """How far a run is."""

    step: Step
    done: int
    """Machines done in this step."""
    total: int
    percent: float
    """Of the whole run; 0-100."""


class RunError(BaseModel):
    """Why a run ended without a result."""

    code: str
    message: str


class AssessmentView(BaseModel):
    """An assessment and its latest run."""

    id: UUID
    name: str
    group_id: UUID
    group_name: str
    """At the request of the run."""
    created_at: UtcDatetime
    created_by: str
    run_id: UUID
    run_number: int
    """1 for the first calculation, one more for each recalculation."""
    state: State
    requested_at: UtcDatetime
    requested_by: str
    started_at: UtcDatetime | None
    finished_at: UtcDatetime | None
    progress: Progress | None
    """While the run is Running, from its first report on."""
    cancel_requested_at: UtcDatetime | None
    """The run is no longer wanted; it is Cancelled once the assessor has heard of it."""
    error: RunError | None
    machine_count: int
    """Machines that the run covers: those of the group that were neither removed nor templates."""
    group_revision: int
    catalogue_hash: str
    window_end: UtcDatetime
    """Where the performance history ends; it reaches back by the settings' time range."""
    is_out_of_sync: bool
    """Machines were added to or removed from the group since, or the group was deleted."""
    is_outdated: bool | None
    """A machine changed, since the run read it, in what decides its result; null without a result."""
    settings: AssessmentSettings
    summary: AssessmentSummary | None
    """When Completed."""


class RunFigures(BaseModel):
    """What came out of a run, in a few numbers; `AssessmentSummary` has them all."""

    suitability_counts: dict[str, int]
    monthly_compute_cost: Amount
    monthly_storage_cost: Amount
    monthly_security_cost: Amount | None
    currency: str
    confidence_percent: float | None
    confidence_stars: int | None


class RunView(BaseModel):
    """One calculation of an assessment."""

    run_id: UUID
    number: int
    state: State
    requested_at: UtcDatetime
    requested_by: str
    started_at: UtcDatetime | None
    finished_at: UtcDatetime | None
    error: RunError | None
    machine_count: int
    catalogue_hash: str
    window_end: UtcDatetime
    figures: RunFigures | None
    """When Completed."""
