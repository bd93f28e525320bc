"""Performance as the API shows it."""

from datetime import timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from surveyor_schemas.base import UtcDatetime
from surveyor_schemas.counters import Metric

Resolution = Literal["raw", "10m"]
MAX_RAW_WINDOW = timedelta(days=2)
MAX_PEAKS_WINDOW = timedelta(days=400)


class PerformanceQuery(BaseModel):
    """Which series, over which time."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    metric: Annotated[list[Metric], Field(description="Repeat for several; all when absent.")] = []
    instance: Annotated[
        list[str],
        Field(description="`counter_instance` of disks and NICs; repeat for several; all when absent."),
    ] = []
    from_: Annotated[
        AwareDatetime | None,
        Field(alias="from", description="Start of the window; absent: 24 hours before its end, raw 1 hour."),
    ] = None
    until: Annotated[AwareDatetime | None, Field(description="End, not included; absent: now.")] = None
    resolution: Annotated[
        Literal["raw", "10m", "auto"],
        Field(description="`auto`: raw for windows of up to 2 hours, else 10-minute peaks."),
    ] = "auto"

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.from_ and self.until and self.from_ >= self.until:
            raise ValueError("from: must lie before until")
        return self


class PerformancePoint(BaseModel):
    """One sample, or the summary of a 10-minute slot. A slot without samples has no point."""

    at: UtcDatetime
    """The sample's time by the source's clock, or the slot's start."""
    value: float
    """The sample, or the slot's maximum: peaks decide sizes."""
    min: float
    generated: bool
    """Made up, such as the demo's history. A slot counts as generated when any of its samples is."""
    samples_present: int
    samples_expected: int


class PerformanceSeries(BaseModel):
    """One metric of the machine, or of one of its disks or NICs."""

    metric: Metric
    instance: str
    """Empty for the machine; `counter_instance` of the disk or NIC."""
    device_name: str | None
    """Name of the disk or NIC; null for the machine, and for one that it no longer has."""
    unit: Literal["percent", "operations/s", "MB/s"]
    """MB is 10^6 bytes."""
    method: str | None
    """How memory was measured, where there are several ways."""
    points: list[PerformancePoint]


class Performance(BaseModel):
    """Series of one machine over a window."""

    machine_id: UUID
    from_: Annotated[UtcDatetime, Field(serialization_alias="from")]
    until: UtcDatetime
    resolution: Resolution
    series: list[PerformanceSeries]
