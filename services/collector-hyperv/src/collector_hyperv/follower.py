"""Use case: follow one host, its inventory and its counters each in a loop of its own."""

import asyncio
import contextlib
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from collector_hyperv.adapters.wsman.errors import LoginRefused, WsmanError
from collector_hyperv.discovery import SiteDiscovery
from collector_hyperv.domain.instances import Unmatched
from collector_hyperv.domain.machines import Observer, RightsMissing
from collector_hyperv.domain.reads import host_read
from collector_hyperv.domain.rows import InventoryRows
from collector_hyperv.domain.sampling import CounterPoll, HostSampler, Sampled
from collector_hyperv.domain.sites import RUNNING, HostRead
from collector_hyperv.metrics import (
    CLOCK_SKEW_SECONDS,
    DOUBTS,
    HOST_UP,
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
from surveyor_kit.collecting.back_off import BackOff, Waits
from surveyor_kit.logging import get_logger
from surveyor_kit.threads import in_daemon_thread
from surveyor_schemas.status.collector_heartbeat_v1 import SourceError

Result = TypeVar("Result")

log = get_logger(__name__)

RIGHTS_MISSING = "rights-missing"
AMBIGUOUS_NAMES = "ambiguous-names"
CLASS_REFUSED = "class-refused"
CLOCK_WRONG = "clock-wrong"
NODE_NOT_FOLLOWED = "cluster-node-not-followed"
UNEXPECTED = "unexpected-answer"
MAX_SKEW_SECONDS = 60
"""A clock that is further off is said to be wrong; skew of a few seconds is every network's."""
_NAMES_SHOWN = 3
LONGEST_WAIT_SECONDS = 300.0
LOGIN = Waits(first_seconds=60, longest_seconds=1_800)
"""Domains lock an account after a few refused logins, often for half an hour."""


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
        self.back_off = BackOff(Waits(poll_interval_seconds, LONGEST_WAIT_SECONDS), LOGIN)
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
        found = await self._read("inventory", partial(self._inventory_now, began_at))
        if found is None:
            return
        rows, read = found
        await self._discovery.take(self.host, read, self.observer)
        self._note_inventory(rows, read)
        self.inventory_known.set()

    async def read_counters(self) -> None:
        """Read the counters once and keep the samples; without an inventory they would be no one's."""
        if not self.inventory_known.is_set():
            return
        found = await self._read("performance", self._counters_now)
        if found is None:
            return
        poll, sampled = found
        self._note_poll(poll, sampled)
        if sampled is not None and sampled.poll.machines:
            SAMPLES_COLLECTED.labels(self.observer.source_id).inc(sampled.poll.value_count())
            for loss in self._polls.append(sampled.poll):
                POLLS_DROPPED.labels(self.observer.source_id, loss.reason).inc()
                log.warning("polls_dropped", source=self.observer.source_id, reason=loss.reason)

    def skipped(self, kind: ReadKind, count: int) -> None:
        """Note reads that could not start in time."""
        self.status.reads_skipped += count
        READS_SKIPPED.labels(self.observer.source_id, kind).inc(count)

    def close(self) -> None:
        """Close both connections, and say no more of the host."""
        for gauge in (HOST_UP, DOUBTS, CLOCK_SKEW_SECONDS):
            with contextlib.suppress(KeyError):
                gauge.remove(self.observer.source_id, self.host)
        self._inventory.close()
        self._counters.close()

    def _inventory_now(self, began_at: datetime) -> tuple[InventoryRows, HostRead]:
        rows = self._inventory.read()
        return rows, host_read(rows, self.observer, began_at=began_at, collected_at=self._clock.now())

    def _counters_now(self) -> tuple[CounterPoll, Sampled | None]:
        poll = self._counters.read()
        return poll, self._sampler.take(poll, self._discovery.machines_of(self.host).values())

    async def _read(self, kind: ReadKind, read: Callable[[], Result]) -> Result | None:
        """Run one blocking read; None after a failure, which is noted.

        An answer that nobody foresaw costs its host this read, not the other hosts their collector.
        """
        began = time.monotonic()
        try:
            result = await in_daemon_thread(read)
        except WsmanError as error:
            self._failed(kind, error.code, str(error), login_refused=isinstance(error, LoginRefused))
            return None
        except RightsMissing as error:
            self._failed(kind, RIGHTS_MISSING, str(error))
            return None
        except Exception as error:  # noqa: BLE001 - its text may quote the answer, so only its place is told
            self._failed(kind, UNEXPECTED, f"{type(error).__name__} at {_place(error)}")
            return None
        READ_SECONDS.labels(self.observer.source_id, kind).observe(time.monotonic() - began)
        return result

    def _failed(self, kind: ReadKind, code: str, message: str, *, login_refused: bool = False) -> None:
        self.back_off.failed(login_refused=login_refused)
        self.status.failed(kind, self._error(code, message))
        self._show()
        READ_FAILURES.labels(self.observer.source_id, kind, code).inc()
        log.warning(
            "host_read_failed",
            source=self.observer.source_id,
            host=self.host,
            kind=kind,
            code=code,
            error=message,
            wait_seconds=round(self.back_off.remaining_seconds(), 1),
        )

    def _error(self, code: str, message: str) -> SourceError:
        return SourceError(code=code, message=f"{self.host}: {message}", at=self._clock.now())

    def _note_inventory(self, rows: InventoryRows, read: HostRead) -> None:
        status = self.status
        system = next(iter(rows.operating_systems), None)
        status.product = f"{system.caption} {system.version}" if system else None
        status.machine_count = len(read.machines)
        status.running_count = sum(machine.enabled_state == RUNNING for machine in read.machines.values())
        status.inventory_read_at = read.began_at
        status.capabilities.update(rows.optional_classes)
        self._succeeded("inventory", self._inventory_doubt(rows))

    def _inventory_doubt(self, rows: InventoryRows) -> SourceError | None:
        refused = rows.refused_classes()
        if refused:
            return self._error(CLASS_REFUSED, f"not readable: {', '.join(refused)}")
        nodes = self._discovery.unfollowed_nodes()
        if nodes:
            return self._error(
                NODE_NOT_FOLLOWED, f"nodes of its cluster not among the hosts: {', '.join(nodes)}"
            )
        return None

    def _note_poll(self, poll: CounterPoll, sampled: Sampled | None) -> None:
        unmatched = sampled.unmatched if sampled else Unmatched()
        if sampled is not None:
            self._note_clock(sampled.poll.sampled_at)
        self.status.polled_at = self._clock.now()
        self.status.capabilities.update(poll.capabilities())
        self._succeeded("performance", self._poll_doubt(poll, unmatched))
        for reason, names in (("ambiguous", unmatched.ambiguous), ("unknown", unmatched.unknown)):
            UNMATCHED_INSTANCES.labels(self.host, reason).set(len(names))
        strangers = frozenset(unmatched.unknown)
        machines = self._discovery.machines_of(self.host)
        if poll.differs_from(machines.values()) or strangers - self._strangers:
            self.inventory_wanted.set()
        self._strangers = strangers

    def _poll_doubt(self, poll: CounterPoll, unmatched: Unmatched) -> SourceError | None:
        if poll.refused:
            refused = ", ".join(f"{name} ({code})" for name, code in sorted(poll.refused.items()))
            return self._error(CLASS_REFUSED, f"not readable: {refused}")
        skew = self.status.clock_skew_seconds
        if skew is not None and abs(skew) > MAX_SKEW_SECONDS:
            return self._error(CLOCK_WRONG, f"its clock, which stamps the samples, is {skew:+.0f} s off")
        if unmatched.ambiguous:
            names = ", ".join(sorted(unmatched.ambiguous)[:_NAMES_SHOWN])
            return self._error(AMBIGUOUS_NAMES, f"counters that fit several machines are left out: {names}")
        return None

    def _succeeded(self, kind: ReadKind, doubt: SourceError | None) -> None:
        self.back_off.succeeded()
        self.status.succeeded(kind, doubt)
        self._show()

    def _note_clock(self, sampled_at: int) -> None:
        skew = round(sampled_at - self._clock.now().timestamp(), 1)
        self.status.newest_sample_at = datetime.fromtimestamp(sampled_at, UTC)
        self.status.clock_skew_seconds = skew
        CLOCK_SKEW_SECONDS.labels(self.observer.source_id, self.host).set(skew)

    def _show(self) -> None:
        HOST_UP.labels(self.observer.source_id, self.host).set(not self.status.failing)
        DOUBTS.labels(self.observer.source_id, self.host).set(len(self.status.doubts))
        self._on_change()


def _place(error: Exception) -> str:
    """Return file and line where an error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
