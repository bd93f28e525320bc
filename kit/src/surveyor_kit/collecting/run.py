"""One start of a collector: what all its events have in common, and how far it has published."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, ReleasedSource, SourceStatus


@dataclass
class Published:
    """What was published of one source's samples, however often the source was given up meanwhile."""

    last_batch_no: int = 0
    value_count: int = 0


@dataclass(frozen=True)
class Run:
    """One start of the process."""

    collector_id: str
    kind: Literal["vmware", "hyperv"]
    version: str
    started_at: datetime
    run_id: UUID = field(default_factory=uuid4)
    published: defaultdict[str, Published] = field(default_factory=lambda: defaultdict(Published))
    """By source: one that comes back goes on where its numbers ended."""

    def released(self, followed: Iterable[str]) -> dict[str, int]:
        """Return the last batch numbers of the sources that are not followed any more."""
        numbers = {source_id: published.last_batch_no for source_id, published in self.published.items()}
        return {key: number for key, number in sorted(numbers.items()) if number and key not in followed}

    def heartbeat(
        self,
        sources: Iterable[SourceStatus],
        released: Mapping[str, int],
        now: datetime,
        *,
        spool_bytes: int,
        stopping: bool,
    ) -> CollectorHeartbeat:
        """Return the heartbeat of this moment.

        Args:
            sources: Those that are followed.
            released: The last batch numbers of those that were followed before.
            now: Our time.
            spool_bytes: What waits on disk.
            stopping: Whether it is the last one.
        """
        return CollectorHeartbeat(
            collector_id=self.collector_id,
            kind=self.kind,
            version=self.version,
            run_id=self.run_id,
            started_at=self.started_at,
            sent_at=now,
            stopping=stopping,
            spool_bytes=spool_bytes,
            sources=list(sources),
            released=[
                ReleasedSource(source_id=source_id, last_batch_no=number)
                for source_id, number in released.items()
            ],
        )
