"""One batch of performance samples, columnar per machine, in the source's units."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from surveyor_schemas.base import (
    CollectorId,
    Event,
    MachineId,
    NonNegativeInt,
    Record,
    RunId,
    SourceId,
    UtcDatetime,
)
from surveyor_schemas.identity import batch_id

MAX_MACHINES = 50
MAX_BATCH_BYTES = 512 * 1024

SampleValue = Annotated[float, Field(ge=0)] | None


class CounterSeries(Record):
    """The values of one counter instance; `values[i]` belongs to `timestamps[i]` of its machine."""

    counter: Annotated[str, Field(min_length=1, max_length=200)]
    """A name of `surveyor_schemas.counters`, or another of the source (readers skip what they do not map)."""
    instance: Annotated[str, Field(max_length=1000)]
    """The source's instance: a disk, a NIC, a virtual processor; empty for the whole machine."""
    values: list[SampleValue]
    """None means no data."""


class MachineSamples(Record):
    """All series of one machine over one list of times."""

    machine_id: MachineId
    interval_seconds: Annotated[int, Field(ge=10, le=600)]
    """A 10-minute slot keeps one bit per interval, and has 64."""
    timestamps: Annotated[list[NonNegativeInt], Field(min_length=1)]
    """Epoch seconds by the source's clock, strictly increasing."""
    series: list[CounterSeries]

    @model_validator(mode="after")
    def _times_and_values_match(self) -> Self:
        if not _strictly_increasing(self.timestamps):
            raise ValueError("timestamps are not strictly increasing")
        for series in self.series:
            if len(series.values) != len(self.timestamps):
                raise ValueError(
                    f"series {series.counter!r} has {len(series.values)} values"
                    f" for {len(self.timestamps)} timestamps"
                )
        return self


class PerformanceSampled(Event):
    """Samples of up to 50 machines of one source. Order is of no meaning: all that is made of it commutes."""

    event_type: ClassVar[str] = "surveyor.performance-sampled.v1"

    source_id: SourceId
    source_kind: Literal["vmware", "hyperv"]
    collector_id: CollectorId
    run_id: RunId
    """One start of the collector."""
    batch_no: Annotated[int, Field(ge=1)]
    """Counts up without gaps within a run and source: a missing number is a lost batch."""
    collected_at: UtcDatetime
    generated: bool
    """True for made-up samples, such as the demo's history; never mixed with real ones in one batch."""
    machines: Annotated[list[MachineSamples], Field(min_length=1, max_length=MAX_MACHINES)]

    def key(self) -> str:
        return self.source_id

    def event_id(self) -> UUID:
        return batch_id(self.source_id, self.run_id, self.batch_no)

    def subject_source(self) -> str:
        return f"surveyor/collector/{self.collector_id}/source/{self.source_id}"

    def occurred_at(self) -> UtcDatetime:
        return self.collected_at


def _strictly_increasing(numbers: Iterable[int]) -> bool:
    previous = -1
    for number in numbers:
        if number <= previous:
            return False
        previous = number
    return True
