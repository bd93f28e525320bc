"""Use case: follow one host, its inventory and its counters each in a loop of its own."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from collector_hyperv.adapters.threads import in_thread
from collector_hyperv.adapters.wsman.errors import LoginRefused, WsmanError
from collector_hyperv.backoff import Backoff
from collector_hyperv.discovery import SiteDiscovery
from collector_hyperv.domain.instances import Unmatched
from collector_hyperv.domain.machines import Observer, RightsMissing
from collector_hyperv.domain.rows import InventoryRows
from collector_hyperv.domain.sampling import CounterPoll, HostSampler
from collector_hyperv.domain.sites import RUNNING, Machines
from collector_hyperv.metrics import (
    POLLS_DROPPED,
    READ_FAILURES,
    READ_SECONDS,
    READS_SKIPPED,
    SAMPLES_COLLECTED,
    UNMATCHED_INSTANCES,
)
from collector_hyperv.ports import CounterReader, InventoryReader, PollStore
from collector_hyperv.status import HostStatus, ReadKind
from surveyor_kit.clock import Clock
from surveyor_kit.logging import get_logger
from surveyor_schemas.status.collector_heartbeat_v1 import SourceError

Result = TypeVar("Result")

log = get_logger(__name__)

RIGHTS_MISSING = "rights-missing"
AMBIGUOUS_NAMES = "ambiguous-names"
CLASS_REFUSED = "class-refused"
_NAMES_SHOWN = 3


class HostFollower:
    """Reads one host and hands on what it says; each read comes to an end before the next begins."""

    def __init__(
        self,
        host: str,
        observer: Observer,
        inventory: InventoryReader,
        counters: CounterReader,
        discovery: SiteDiscovery,
        polls: PollStore,
        status: HostStatus,
        clock: Clock,
        *,
        poll_interval_seconds: float,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.host, self.observer, self.status = host, observer, status
        self.backoff = Backoff(time.monotonic, base_seconds=poll_interval_seconds)
        self.inventory_wanted = asyncio.Event()
        self.inventory_known = asyncio.Event()
        self._inventory, self._counters = inventory, counters
        self._discovery, self._polls, self._clock = discovery, polls, clock
        self._sampler = HostSampler(poll_interval_seconds)
        self._on_change = on_change
        self._strangers: frozenset[str] = frozenset()

    async def read_inventory(self) -> None:
        """Read the inventory once and publish what is new."""
        self.inventory_wanted.clear()
        began_at = self._clock.now()
        rows = await self._read("inventory", self._inventory.read)
        if rows is None:
            return
        try:
            machines = await self._discovery.take(self.host, rows, self.observer, began_at)
        except RightsMissing as error:
            self._failed("inventory", RIGHTS_MISSING, str(error))
            return
        self._note_inventory(rows, machines, began_at)
        self.inventory_known.set()

    async def read_counters(self) -> None:
        """Read the counters once and keep the samples; without an inventory they would be no one's."""
        if not self.inventory_known.is_set():
            return
        poll = await self._read("performance", self._counters.read)
        if poll is None:
            return
        machines = self._discovery.machines_of(self.host)
        try:
            sampled = self._sampler.take(poll, machines.values())
        except RightsMissing as error:
            self._failed("performance", RIGHTS_MISSING, str(error))
            return
        self._note_poll(poll, sampled.unmatched if sampled else Unmatched(), machines)
        if sampled is not None and sampled.poll.machines:
            self._note_sample(sampled.poll.sampled_at)
            SAMPLES_COLLECTED.labels(self.observer.source_id).inc(sampled.poll.value_count())
            for loss in self._polls.append(sampled.poll):
                POLLS_DROPPED.labels(self.observer.source_id, loss.reason).inc()
                log.warning("polls_dropped", source=self.observer.source_id, reason=loss.reason)

    def skipped(self, kind: ReadKind, count: int) -> None:
        """Note reads that could not start in time."""
        self.status.reads_skipped += count
        READS_SKIPPED.labels(self.observer.source_id, kind).inc(count)

    def close(self) -> None:
        """Close both connections."""
        self._inventory.close()
        self._counters.close()

    async def _read(self, kind: ReadKind, read: Callable[[], Result]) -> Result | None:
        """Run one blocking read; None after a failure, which is noted."""
        began = time.monotonic()
        try:
            result = await in_thread(read)
        except WsmanError as error:
            self._failed(kind, error.code, str(error), login_refused=isinstance(error, LoginRefused))
            return None
        except RightsMissing as error:
            self._failed(kind, RIGHTS_MISSING, str(error))
            return None
        READ_SECONDS.labels(self.observer.source_id, kind).observe(time.monotonic() - began)
        return result

    def _failed(self, kind: ReadKind, code: str, message: str, *, login_refused: bool = False) -> None:
        self.backoff.failed(login_refused=login_refused)
        self.status.failed(kind, self._error(code, message))
        self._on_change()
        READ_FAILURES.labels(self.observer.source_id, kind, code).inc()
        log.warning(
            "host_read_failed",
            source=self.observer.source_id,
            host=self.host,
            kind=kind,
            code=code,
            error=message,
            wait_seconds=round(self.backoff.remaining_seconds(), 1),
        )

    def _error(self, code: str, message: str) -> SourceError:
        return SourceError(code=code, message=f"{self.host}: {message}", at=self._clock.now())

    def _note_inventory(self, rows: InventoryRows, machines: Machines, began_at: datetime) -> None:
        status = self.status
        system = next(iter(rows.operating_systems), None)
        status.product = f"{system.caption} {system.version}" if system else None
        status.machine_count = len(machines)
        status.running_count = sum(machine.enabled_state == RUNNING for machine in machines.values())
        status.inventory_read_at = began_at
        status.capabilities.update(rows.optional_classes)
        refused = sorted(name for name, readable in rows.optional_classes.items() if not readable)
        doubt = self._error(CLASS_REFUSED, f"not readable: {', '.join(refused)}") if refused else None
        self.backoff.succeeded()
        status.succeeded("inventory", doubt)
        self._on_change()

    def _note_poll(self, poll: CounterPoll, unmatched: Unmatched, machines: Machines) -> None:
        self.status.polled_at = self._clock.now()
        self.status.capabilities.update(poll.capabilities())
        self.backoff.succeeded()
        self.status.succeeded("performance", self._doubt(poll, unmatched))
        self._on_change()
        for reason, names in (("ambiguous", unmatched.ambiguous), ("unknown", unmatched.unknown)):
            UNMATCHED_INSTANCES.labels(self.host, reason).set(len(names))
        strangers = frozenset(unmatched.unknown)
        if poll.differs_from(machines.values()) or strangers - self._strangers:
            self.inventory_wanted.set()
        self._strangers = strangers

    def _doubt(self, poll: CounterPoll, unmatched: Unmatched) -> SourceError | None:
        if poll.refused:
            refused = ", ".join(f"{name} ({code})" for name, code in sorted(poll.refused.items()))
            return self._error(CLASS_REFUSED, f"not readable: {refused}")
        if unmatched.ambiguous:
            names = ", ".join(sorted(unmatched.ambiguous)[:_NAMES_SHOWN])
            return self._error(AMBIGUOUS_NAMES, f"counters that fit several machines are left out: {names}")
        return None

    def _note_sample(self, sampled_at: int) -> None:
        self.status.newest_sample_at = datetime.fromtimestamp(sampled_at, UTC)
        self.status.clock_skew_seconds = round(sampled_at - self._clock.now().timestamp(), 1)
