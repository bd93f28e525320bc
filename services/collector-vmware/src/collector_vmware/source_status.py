"""How one source is, for heartbeat, readiness and metrics."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from collector_vmware import metrics
from collector_vmware.domain.inventory_objects import SourceFacts
from collector_vmware.errors import SourceError
from surveyor_kit.clock import Clock
from surveyor_kit.collecting.followers import source_check
from surveyor_kit.collecting.run import Published
from surveyor_kit.health import Health
from surveyor_kit.logging import get_logger
from surveyor_schemas.status.collector_heartbeat_v1 import SourceError as ReportedError
from surveyor_schemas.status.collector_heartbeat_v1 import SourceStatus

log = get_logger(__name__)

Aspect = Literal["inventory", "performance", "spool"]
"""What of a connected source may be in doubt."""


@dataclass
class SourceBoard:
    """What the loops of one source write down and the heartbeat reads.

    Attributes:
        newest_sample_at: Epoch seconds by the source's clock.
    """

    source_id: str
    address: str
    clock: Clock
    health: Health
    published: Published = field(default_factory=Published)
    link: Literal["starting", "connected", "disconnected"] = "starting"
    doubts: set[Aspect] = field(default_factory=set)
    facts: SourceFacts | None = None
    counters: dict[str, bool] = field(default_factory=dict)
    machine_count: int | None = None
    powered_on_count: int | None = None
    inventory_read_at: datetime | None = None
    newest_sample_at: int | None = None
    lag_seconds: float | None = None
    skew_seconds: float | None = None
    polls_skipped: int = 0
    silent_machine_count: int | None = None
    last_error: ReportedError | None = None

    def __post_init__(self) -> None:
        self._check("connecting")

    def connected(self, facts: SourceFacts) -> None:
        """Note a session; the source counts as connected once its inventory was read."""
        self.facts = facts
        log.info("source_logged_in", source=self.source_id, product=facts.product, kind=facts.kind)

    def inventory_read(self, machine_count: int, powered_on_count: int) -> None:
        """Note a complete read."""
        self.inventory_read_at = self.clock.now()
        self.counted(machine_count, powered_on_count)
        if self.link != "connected":
            log.info("source_followed", source=self.source_id, machines=machine_count)
        self.link = "connected"
        self._check("")

    def counted(self, machine_count: int, powered_on_count: int) -> None:
        """Note how many machines there are now."""
        self.machine_count, self.powered_on_count = machine_count, powered_on_count

    @property
    def state(self) -> Literal["starting", "connected", "degraded", "disconnected"]:
        """The source in one word."""
        return "degraded" if self.link == "connected" and self.doubts else self.link

    def disconnected(self, error: SourceError) -> None:
        """Note what ended the connection, or kept it from being made."""
        self._note(error)
        self.link = "disconnected"
        self.doubts.clear()
        self._check(str(error))

    def doubted(self, aspect: Aspect, error: SourceError) -> None:
        """Note what went wrong with one aspect of a source that is connected."""
        self._note(error)
        self.doubts.add(aspect)

    def settled(self, aspect: Aspect) -> None:
        """Note that what put an aspect in doubt is over."""
        self.doubts.discard(aspect)

    def skipped(self, count: int, reason: str) -> None:
        """Note polls that did not start."""
        self.polls_skipped += count
        metrics.POLLS_SKIPPED.labels(self.source_id, reason).inc(count)

    def silent(self, machine_count: int) -> None:
        """Note how many running machines have had no sample for a while."""
        self.silent_machine_count = machine_count
        metrics.SILENT_MACHINES.labels(self.source_id).set(machine_count)

    def polled(self, source_now: float, newest_sample_at: int | None) -> None:
        """Note a poll's end, its clock and the newest sample of all machines."""
        self.skew_seconds = source_now - self.clock.now().timestamp()
        metrics.CLOCK_SKEW_SECONDS.labels(self.source_id).set(self.skew_seconds)
        if newest_sample_at is not None:
            self.newest_sample_at = max(newest_sample_at, self.newest_sample_at or 0)
            self.lag_seconds = max(0.0, source_now - self.newest_sample_at)
            metrics.SOURCE_LAG_SECONDS.labels(self.source_id).set(self.lag_seconds)

    def report(self) -> SourceStatus:
        """Return the source's part of a heartbeat."""
        newest = self.newest_sample_at
        return SourceStatus(
            source_id=self.source_id,
            kind=self.facts.kind if self.facts else "vcenter",
            address=self.address,
            state=self.state,
            product=self.facts.product if self.facts else None,
            capabilities=self.counters,
            machine_count=self.machine_count,
            powered_on_count=self.powered_on_count,
            inventory_read_at=self.inventory_read_at,
            newest_sample_at=None if newest is None else datetime.fromtimestamp(newest, UTC),
            performance_lag_seconds=self.lag_seconds,
            clock_skew_seconds=self.skew_seconds,
            last_batch_no=self.published.last_batch_no,
            values_published=self.published.value_count,
            polls_skipped=self.polls_skipped,
            silent_machine_count=self.silent_machine_count,
            last_error=self.last_error,
        )

    def _note(self, error: SourceError) -> None:
        log.warning("source_failed", source=self.source_id, code=error.code, error=error.message)
        metrics.ERRORS.labels(self.source_id, error.code).inc()
        self.last_error = ReportedError(code=error.code, message=error.message, at=self.clock.now())

    def _check(self, detail: str) -> None:
        self.health.set(source_check(self.source_id), not detail, detail)
