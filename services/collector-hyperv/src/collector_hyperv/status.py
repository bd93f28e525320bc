"""What a collector knows of its sources, for heartbeat and readiness."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from surveyor_kit.clock import Clock
from surveyor_kit.collecting.followers import source_check
from surveyor_kit.collecting.run import Published
from surveyor_kit.health import Health
from surveyor_schemas.status.collector_heartbeat_v1 import SourceError, SourceStatus

ReadKind = Literal["inventory", "performance"]
HostState = Literal["starting", "connected", "degraded", "disconnected"]


@dataclass
class HostStatus:
    """One host, as its two loops see it. Times are by our clock, samples' times by the host's."""

    product: str | None = None
    machine_count: int | None = None
    running_count: int | None = None
    inventory_read_at: datetime | None = None
    polled_at: datetime | None = None
    newest_sample_at: datetime | None = None
    clock_skew_seconds: float | None = None
    capabilities: dict[str, bool] = field(default_factory=dict)
    reads_skipped: int = 0
    last_error: SourceError | None = None
    failing: dict[ReadKind, str] = field(default_factory=dict)
    """Error codes of the loops whose latest read failed."""
    doubts: dict[ReadKind, str] = field(default_factory=dict)
    """Codes of what the latest read could not give although it succeeded."""

    def failed(self, kind: ReadKind, error: SourceError) -> None:
        """Note a failed read."""
        self.failing[kind] = error.code
        self.last_error = error

    def succeeded(self, kind: ReadKind, doubt: SourceError | None = None) -> None:
        """Note a good read, perhaps one that could not give everything."""
        self.failing.pop(kind, None)
        self.doubts.pop(kind, None)
        if doubt is not None:
            self.doubts[kind] = doubt.code
            self.last_error = doubt

    def state(self) -> HostState:
        """Return the host's state in one word."""
        if "inventory" in self.failing:
            return "disconnected"
        if self.inventory_read_at is None:
            return "starting"
        return "degraded" if self.failing or self.doubts else "connected"


@dataclass
class SourceProgress:
    """How one source is: all of its hosts, and what was published of it in this run."""

    source_id: str
    hosts: dict[str, HostStatus]
    endpoint: str
    """Addresses and port; never an account."""
    clock: Clock
    published: Published = field(default_factory=Published)

    def state(self) -> HostState:
        """Return the source's state: the hosts' where they agree, else degraded."""
        states = {host.state() for host in self.hosts.values()}
        if len(states) == 1:
            return states.pop()
        return "starting" if states == {"starting", "connected"} else "degraded"

    def report(self) -> SourceStatus:
        """Return the source's part of the heartbeat."""
        now = self.clock.now()
        hosts = list(self.hosts.values())
        polled = [host.polled_at for host in hosts if host.polled_at]
        errors = [host.last_error for host in hosts if host.last_error]
        return SourceStatus(
            source_id=self.source_id,
            kind="hyperv-host" if len(hosts) == 1 else "hyperv-cluster",
            address=self.endpoint,
            state=self.state(),
            product=next((host.product for host in hosts if host.product), None),
            capabilities=self._capabilities(),
            machine_count=_total([host.machine_count for host in hosts]),
            powered_on_count=_total([host.running_count for host in hosts]),
            # Of several hosts the one that lags most.
            inventory_read_at=_oldest([host.inventory_read_at for host in hosts]),
            newest_sample_at=max((h.newest_sample_at for h in hosts if h.newest_sample_at), default=None),
            performance_lag_seconds=max(0.0, (now - min(polled)).total_seconds()) if polled else None,
            clock_skew_seconds=max(
                (skew for host in hosts if (skew := host.clock_skew_seconds) is not None),
                key=abs,
                default=None,
            ),
            last_batch_no=self.published.last_batch_no,
            values_published=self.published.value_count,
            polls_skipped=sum(host.reads_skipped for host in hosts),
            last_error=max(errors, key=lambda error: error.at, default=None),
        )

    def _capabilities(self) -> dict[str, bool]:
        """Return what all hosts can give; one that lacks something takes it from the source."""
        found: dict[str, bool] = {}
        for host in self.hosts.values():
            for name, present in host.capabilities.items():
                found[name] = found.get(name, True) and present
        return dict(sorted(found.items()))


def show_health(health: Health, progress: SourceProgress) -> None:
    """Set a source's check: well if all of its hosts answer."""
    problems = [
        f"{host}: {', '.join(sorted(set(status.failing.values())))}"
        for host, status in progress.hosts.items()
        if status.failing
    ]
    health.set(source_check(progress.source_id), not problems, "; ".join(problems) or progress.state())


def _total(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _oldest(times: list[datetime | None]) -> datetime | None:
    known = [time for time in times if time is not None]
    return min(known) if len(known) == len(times) else None
