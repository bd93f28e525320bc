"""Two runs of an assessment side by side, as the API shows them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from query_api.assessments.schemas import RunView
from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit, Page
from surveyor_schemas.assessments.results_v1 import Amount, Suitability

Difference = Literal["added", "removed", "readiness", "size", "cost"]


class ComparisonQuery(BaseModel):
    """Which runs to compare, and one page of the machines that differ."""

    model_config = ConfigDict(extra="forbid")

    before: Annotated[
        UUID | None, Field(description="A run; absent: the newest completed one before `after`.")
    ] = None
    after: Annotated[UUID | None, Field(description="A run; absent: the latest.")] = None
    difference: Annotated[Difference | None, Field(description="Only machines that differ in this way.")] = (
        None
    )
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class MachineFigures(BaseModel):
    """What one run says of a machine."""

    suitability: Suitability
    recommended_size: str | None
    monthly_compute_cost: Amount | None
    monthly_storage_cost: Amount | None


class MachineDifference(BaseModel):
    """A machine that two runs judge differently, or that only one of them covers."""

    machine_id: UUID
    name: str
    differences: list[Difference]
    before: MachineFigures | None
    """None when the earlier run does not cover the machine."""
    after: MachineFigures | None
    monthly_cost_difference: Amount | None
    """Compute and storage, after minus before; a machine that is not covered costs nothing. None where a
    cost is not known."""


class DifferenceCounts(BaseModel):
    """How many machines differ; one machine may differ in readiness, size and cost."""

    added: int
    removed: int
    readiness: int
    size: int
    cost: int
    same: int


class Comparison(Page[MachineDifference]):
    """Machines that differ, those whose cost differs most first."""

    before: RunView
    after: RunView
    counts: DifferenceCounts
