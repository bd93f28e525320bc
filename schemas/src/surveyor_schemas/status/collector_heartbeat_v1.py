"""The heartbeat of a collector, every 30 seconds."""

from typing import ClassVar, Literal
from uuid import UUID

from surveyor_schemas.base import (
    CollectorId,
    Event,
    NonNegativeFloat,
    NonNegativeInt,
    Record,
    RunId,
    SourceId,
    UtcDatetime,
)
from surveyor_schemas.identity import fact_id


class SourceError(Record):
    """The last thing that went wrong with a source; never a credential, never a payload."""

    code: str
    message: str
    at: UtcDatetime


class SourceStatus(Record):
    """One source as its collector sees it."""

    source_id: SourceId
    kind: Literal["vcenter", "esxi", "hyperv-host", "hyperv-cluster"]
    address: str
    """Host and port; never a user name or a password."""
    state: Literal["starting", "connected", "degraded", "disconnected"]
    product: str | None
    """The source's own name and version."""
    capabilities: dict[str, bool]
    """What the source can give, such as each counter by name."""
    machine_count: NonNegativeInt | None
    powered_on_count: NonNegativeInt | None
    inventory_read_at: UtcDatetime | None
    newest_sample_at: UtcDatetime | None
    """By the source's clock."""
    performance_lag_seconds: NonNegativeFloat | None
    clock_skew_seconds: float | None
    """Source's clock minus ours."""
    last_batch_no: NonNegativeInt
    """0 before the first batch of the run; `surveyor verify` compares it with the store."""
    values_published: NonNegativeInt
    """In this run."""
    polls_skipped: NonNegativeInt
    """Polls that did not start because the one before still ran."""
    last_error: SourceError | None
    silent_machine_count: NonNegativeInt | None = None
    """Machines that run and yet have had no sample for five minutes."""


class ReleasedSource(Record):
    """A source that the collector followed earlier in this run; another one may follow it now."""

    source_id: SourceId
    last_batch_no: NonNegativeInt
    """Of this run; `surveyor verify` compares it with the store."""


class CollectorHeartbeat(Event):
    """The state of one collector process and of each of its sources."""

    event_type: ClassVar[str] = "surveyor.collector-heartbeat.v1"

    collector_id: CollectorId
    kind: Literal["vmware", "hyperv"]
    version: str
    run_id: RunId
    started_at: UtcDatetime
    sent_at: UtcDatetime
    stopping: bool
    """True in the last heartbeat of an orderly end."""
    spool_bytes: NonNegativeInt
    sources: list[SourceStatus]
    """Those that the collector follows now."""
    released: list[ReleasedSource] | None = None
    """Those of which it has published batches in this run, and that it does not follow any more."""

    def key(self) -> str:
        return self.collector_id

    def event_id(self) -> UUID:
        return fact_id("heartbeat", self.collector_id, str(self.run_id), str(self.sent_at))

    def subject_source(self) -> str:
        return f"surveyor/collector/{self.collector_id}"

    def occurred_at(self) -> UtcDatetime:
        return self.sent_at
