"""Collectors and sources as the API shows them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from surveyor_schemas.base import UtcDatetime
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, SourceStatus


class CollectorView(BaseModel):
    """One collector process by its newest heartbeat."""

    collector_id: str
    kind: Literal["vmware", "hyperv"]
    version: str
    run_id: UUID
    started_at: UtcDatetime
    sent_at: UtcDatetime
    """When the newest heartbeat was sent; one is due every 30 seconds."""
    is_stale: bool
    """No heartbeat for too long, and no orderly end either."""
    is_stopped: bool
    """The collector said that it ends."""
    spool_bytes: int
    sources: list[SourceStatus]

    @property
    def is_running(self) -> bool:
        """Whether its heartbeats come."""
        return not (self.is_stale or self.is_stopped)

    @classmethod
    def of(cls, heartbeat: CollectorHeartbeat, now: datetime, stale_after_seconds: float) -> "CollectorView":
        """Judge a heartbeat at a moment."""
        is_late = now - heartbeat.sent_at > timedelta(seconds=stale_after_seconds)
        return cls(
            collector_id=heartbeat.collector_id,
            kind=heartbeat.kind,
            version=heartbeat.version,
            run_id=heartbeat.run_id,
            started_at=heartbeat.started_at,
            sent_at=heartbeat.sent_at,
            is_stale=is_late and not heartbeat.stopping,
            is_stopped=heartbeat.stopping,
            spool_bytes=heartbeat.spool_bytes,
            sources=list(heartbeat.sources),
        )


class SourceView(SourceStatus):
    """A source, with the collector that follows it."""

    collector_id: str
    collector_is_stale: bool


def latest_of_each_source(collectors: Iterable[CollectorView]) -> list[SourceView]:
    """Return every source once, by id.

    A source that changed hands stays in the last heartbeat of a collector that was killed. Who runs tells
    of it rather than who does not, and of two that do, as for a moment while it moves, the later one.
    """
    found: dict[str, SourceView] = {}
    for collector in sorted(collectors, key=lambda one: (one.is_running, one.sent_at)):
        for source in collector.sources:
            found[source.source_id] = SourceView(
                **source.model_dump(),
                collector_id=collector.collector_id,
                collector_is_stale=not collector.is_running,
            )
    return [found[source_id] for source_id in sorted(found)]
