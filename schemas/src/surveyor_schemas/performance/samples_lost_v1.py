"""Samples that a collector could not keep: a gap that is reported."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from surveyor_schemas.base import CollectorId, Event, NonNegativeInt, RunId, SourceId, UtcDatetime
from surveyor_schemas.identity import fact_id


class SamplesLost(Event):
    """A span of time for which samples of a source exist nowhere any more."""

    event_type: ClassVar[str] = "surveyor.samples-lost.v1"

    source_id: SourceId
    collector_id: CollectorId
    run_id: RunId
    from_at: UtcDatetime
    until_at: UtcDatetime
    machine_count: NonNegativeInt | None
    value_count: NonNegativeInt | None
    reason: Literal[
        "spool-full", "spool-expired", "source-expired", "source-unreachable", "collector-stopped"
    ]
    detail: Annotated[str, Field(max_length=500)] | None
    collected_at: UtcDatetime

    def key(self) -> str:
        return self.source_id

    def event_id(self) -> UUID:
        return fact_id(
            "samples-lost", self.source_id, str(self.run_id), str(self.from_at), str(self.until_at)
        )

    def subject_source(self) -> str:
        return f"surveyor/collector/{self.collector_id}/source/{self.source_id}"

    def occurred_at(self) -> UtcDatetime:
        return self.collected_at
