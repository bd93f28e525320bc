"""Messages of samples of a made-up estate: the same seed gives the same load."""

from collections import Counter as Counts
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from math import isnan
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec
import numpy as np

from devstack.ledger.counters import HYPERV_COUNTERS, HYPERV_PROCESSORS, VMWARE_COUNTERS, Counter
from devstack.ledger.expected import Ledger, SeriesKey
from devstack.ledger.machines import Flags, Group, Window
from devstack.load_shape import EpochSeconds
from surveyor_schemas.codec import EncodedEvent, encode
from surveyor_schemas.counters import Metric
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

MACHINES_PER_EVENT = 50
SAMPLES_PER_EVENT = 15
HYPERV_EVENTS = 4
"""Every fourth group of machines runs on Hyper-V."""
LATE_SAMPLES = 5
LATE_WINDOWS = 2
"""So many windows later the last samples of some machines come."""
_NAMESPACE = UUID("8d7f2f7e-55d0-5a65-8d54-31a1f0f1c9a1")

SourceKind = Literal["vmware", "hyperv"]
Times = list[int]


@dataclass(slots=True)
class Totals:
    """How much a load was: counted while it is made, whatever its size."""

    events: int = 0
    bytes: int = 0
    samples: Counts[str] = field(default_factory=Counts)
    """By canonical metric, as they must be read."""


@dataclass(frozen=True)
class LoadPlan:
    """What to send: a day and a week are visible in it, and machines that idle, spike, grow and go off.

    Attributes:
        seed: Decides all values, which are missing, and which come late.
        machines: How many; the last group may have fewer than 50.
        minutes: How long the load reaches from `start_at` on.
        only: Restricts the estate to one kind of source.
    """

    seed: int
    machines: int
    minutes: int
    start_at: datetime
    interval_seconds: int = 20
    only: SourceKind | None = None

    @property
    def group_count(self) -> int:
        """How many groups of machines, each a source of its own, there are."""
        return -(-self.machines // MACHINES_PER_EVENT)

    @property
    def event_count(self) -> int:
        """How many messages the load has, those of late samples apart."""
        return self.group_count * len(self._windows)

    def messages(self, ledger: Ledger | None = None, totals: Totals | None = None) -> Iterator[EncodedEvent]:
        """Give all messages, window by window; note in `ledger` what must come of them."""
        groups = [
            self.messages_of_group(number, ledger=ledger, totals=totals) for number in range(self.group_count)
        ]
        for _ in range(len(self._windows) + LATE_WINDOWS):
            for group in groups:
                yield from next(group)

    def batches(self, ledger: Ledger | None = None) -> Iterator[PerformanceSampled]:
        """Give all messages as events."""
        for message in self.messages(ledger):
            yield PerformanceSampled.model_validate_json(message.value)

    def messages_of_group(
        self, number: int, ledger: Ledger | None = None, totals: Totals | None = None
    ) -> Iterator[list[EncodedEvent]]:
        """Give one group's messages of each window, and of those in which late samples still come."""
        messages = _GroupMessages(self, number, ledger, totals or Totals())
        recent: list[Window] = []
        for index in range(len(self._windows) + LATE_WINDOWS):
            sent = []
            if index < len(self._windows):
                recent.append(messages.group.window(index, self._windows[index]))
                sent += messages.of(recent[-1], late=False)
            if index >= LATE_WINDOWS:
                sent += messages.of(recent.pop(0), late=True)
            yield sent

    def machine_ids(self, group: int) -> list[UUID]:
        """Return the ids of a group's machines."""
        numbers = range(group * MACHINES_PER_EVENT, min((group + 1) * MACHINES_PER_EVENT, self.machines))
        return [uuid5(_NAMESPACE, f"machine/{self.seed}/{number}") for number in numbers]

    def kind_of(self, group: int) -> SourceKind:
        """Return the kind of a group's source."""
        if self.only is not None:
            return self.only
        return "hyperv" if group % HYPERV_EVENTS == HYPERV_EVENTS - 1 else "vmware"

    @cached_property
    def _windows(self) -> list[EpochSeconds]:
        first = int(self.start_at.timestamp()) // self.interval_seconds * self.interval_seconds
        count = self.minutes * 60 // self.interval_seconds
        times = first + np.arange(count, dtype=np.int64) * self.interval_seconds
        return [times[begin : begin + SAMPLES_PER_EVENT] for begin in range(0, count, SAMPLES_PER_EVENT)]


class _GroupMessages:
    """Turns a group's windows into messages, numbered without gaps."""

    def __init__(self, plan: LoadPlan, number: int, ledger: Ledger | None, totals: Totals) -> None:
        self._plan = plan
        self._kind = plan.kind_of(number)
        self._machine_ids = plan.machine_ids(number)
        self._source_id = f"load-{plan.seed}-{number}"
        self._batch_no = 0
        self._ledger = ledger
        self._totals = totals
        counters = HYPERV_COUNTERS if self._kind == "hyperv" else VMWARE_COUNTERS
        self.group = Group.of(plan.seed, number, len(self._machine_ids), counters)

    def of(self, window: Window, *, late: bool) -> list[EncodedEvent]:
        """Return the message of what came in time, or of what came late; none if nothing did."""
        sent = _sent(window, late=late)
        machines = [
            self._machine(position, window, sent[position])
            for position in np.flatnonzero(sent.any(axis=1)).tolist()
        ]
        if not machines:
            return []
        self._batch_no += 1
        self._count(window, sent)
        return [self._message(machines, int(window.times[-1]))]

    def _machine(self, position: int, window: Window, sent: Flags) -> dict[str, Any]:
        times: Times = window.times[sent].tolist()
        values: list[list[float]] = window.values[position][:, sent].tolist()  # NaN is written as null
        counters = self.group.counters
        if self._ledger is not None:
            _note(self._ledger, counters, str(self._machine_ids[position]), times, values)
        return {
            "machine_id": self._machine_ids[position],
            "interval_seconds": self._plan.interval_seconds,
            "timestamps": times,
            "series": [
                {"counter": counter.counter, "instance": counter.instance, "values": one}
                for counter, one in zip(counters, values, strict=True)
            ],
        }

    def _message(self, machines: list[dict[str, Any]], collected_at: int) -> EncodedEvent:
        """Encode by msgspec: pydantic takes longer for one message than the normalizer does."""
        event = PerformanceSampled.model_construct(
            source_id=self._source_id,
            source_kind=self._kind,
            collector_id="load",
            run_id=uuid5(_NAMESPACE, f"run/{self._plan.seed}"),
            batch_no=self._batch_no,
            collected_at=datetime.fromtimestamp(collected_at, UTC),
            generated=True,
            machines=[],
        )
        message = encode(event)
        value = msgspec.json.encode(event.model_dump(mode="json") | {"machines": machines})
        self._totals.events += 1
        self._totals.bytes += len(value)
        return EncodedEvent(message.topic, message.key, value, message.headers)

    def _count(self, window: Window, sent: Flags) -> None:
        known = ~np.isnan(window.values) & sent[:, None, :]
        per_counter = known.sum(axis=(0, 2)).tolist()
        first = 0
        if self._kind == "hyperv":
            first = HYPERV_PROCESSORS
            self._totals.samples[Metric.CPU_PERCENT] += int(known[:, :first].all(axis=1).sum())
        for counter, count in zip(self.group.counters[first:], per_counter[first:], strict=True):
            self._totals.samples[counter.metric] += count


def _sent(window: Window, *, late: bool) -> Flags:
    """Return by machine and time what a message holds."""
    comes_late = window.late[:, None] & (np.arange(window.times.size) >= window.times.size - LATE_SAMPLES)
    sent: Flags = window.running & (comes_late if late else ~comes_late)
    return sent


def _note(
    ledger: Ledger, counters: list[Counter], machine_id: str, times: Times, values: list[list[float]]
) -> None:
    """Note what one machine's samples must read as."""
    processors = [
        one
        for counter, one in zip(counters, values, strict=True)
        if counter.metric == Metric.CPU_PERCENT and counter.instance
    ]
    if processors:
        means = [sum(column) / len(column) for column in zip(*processors, strict=True)]
        ledger.note(SeriesKey(Metric.CPU_PERCENT, machine_id, ""), times, _known(means))
    for counter, one in zip(counters[len(processors) :], values[len(processors) :], strict=True):
        read = [value * counter.multiplier / counter.divisor for value in one]
        ledger.note(SeriesKey(counter.metric, machine_id, counter.instance), times, _known(read))


def _known(values: list[float]) -> list[float | None]:
    return [None if isnan(value) else value for value in values]
