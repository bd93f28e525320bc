"""A batch of samples as the hot path sees it: the contract of `PerformanceSampled`, decoded by msgspec.

pydantic's model in `surveyor_schemas` is the contract; a test holds these types to it. They carry only what
is read here.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from surveyor_schemas.performance.performance_sampled_v1 import MAX_MACHINES

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Value = Annotated[float, Meta(ge=0)] | None


class CounterSeries(Struct, frozen=True, gc=False):
    """The values of one counter instance, one per timestamp of its machine; None means no data."""

    counter: Name
    instance: Annotated[str, Meta(max_length=1000)]
    values: list[Value]


class MachineSamples(Struct, frozen=True, gc=False):
    """All series of one machine over one list of times (epoch seconds)."""

    machine_id: UUID
    interval_seconds: Annotated[int, Meta(ge=10, le=600)]
    timestamps: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1)]
    series: list[CounterSeries]

    def is_consistent(self) -> bool:
        """Return whether times grow strictly and every series has one value per time."""
        times = self.timestamps
        count = len(times)
        lengths = {len(series.values) for series in self.series}
        return lengths <= {count} and times == sorted(set(times))


class SampledBatch(Struct, frozen=True, gc=False):
    """One message of samples."""

    source_id: Name
    source_kind: Literal["vmware", "hyperv"]
    collector_id: Name
    run_id: UUID
    batch_no: Annotated[int, Meta(ge=1)]
    collected_at: Annotated[datetime, Meta(tz=True)]
    generated: bool
    machines: Annotated[list[MachineSamples], Meta(min_length=1, max_length=MAX_MACHINES)]

    def value_count(self) -> int:
        """Return how many values the batch has, nulls included; its machines are consistent."""
        return sum(len(machine.series) * len(machine.timestamps) for machine in self.machines)
