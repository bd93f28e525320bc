"""Use case: a batch of messages of `performance-raw` into the store."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import msgspec
import numpy

from normalizer.domain.performance.clock_limits import ClockLimits
from normalizer.domain.performance.mapping import machines_to_look_up, map_batch
from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.roll_ups import roll_up
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import MachineFacts
from normalizer.known_machines import KnownMachines
from normalizer.metrics import QUERYABLE_SECONDS, SAMPLES_STORED
from normalizer.performance_decoding import (
    DecodedPerformance,
    Refusal,
    decode_performance,
    one_machine_event,
    parse_document,
)
from normalizer.ports import DaySeals, IngestedBatch, SampleStore
from surveyor_kit.clock import Clock
from surveyor_kit.deadletters import DeadLetters, Refused
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.lifecycle import crash_point
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost
from surveyor_schemas.reasons import Reason

SECONDS_PER_DAY = 86_400
SPAN_BASE = 1_000_000  # above every day number that a 32-bit time can have
BYTES_AT_ONCE = 24 * 2**20
"""Samples in arrays take some seven times their messages' bytes while they are packed: this bounds memory."""
SAMPLES_PACKED_AT_ONCE = 100_000
"""So many fit into the processor's cache; twenty times as many take half as long again, by page faults."""
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Accepted:
    """What is good of a number of messages; mapped at once, so that no decoded message is kept."""

    packed: list[PackedRows] = field(default_factory=list)
    rows: RowBuilder = field(default_factory=RowBuilder)
    """What is not packed yet."""
    undiscovered: list[SampledBatch] = field(default_factory=list)
    """Batches that need facts of machines which are not known yet."""
    ingested: list[IngestedBatch] = field(default_factory=list)
    lost: list[SamplesLost] = field(default_factory=list)
    values: Counter[str] = field(default_factory=Counter)
    """By kind of source."""

    def map(self, batch: SampledBatch, facts: Mapping[UUID, MachineFacts]) -> None:
        """Add a batch, and pack whenever there is enough."""
        map_batch(batch, facts, self.rows)
        if self.rows.sample_count >= SAMPLES_PACKED_AT_ONCE:
            self.pack()

    def pack(self) -> None:
        """Pack what is left."""
        if len(rows := self.rows.build()):
            self.packed.append(rows)
        self.rows = RowBuilder()


class StorePerformance:
    """Decodes, maps and stores; what is bad is dead-lettered, machine by machine."""

    def __init__(
        self,
        samples: SampleStore,
        seals: DaySeals,
        known: KnownMachines,
        dead_letters: DeadLetters,
        limits: ClockLimits,
        clock: Clock,
    ) -> None:
        self._samples = samples
        self._seals = seals
        self._known = known
        self._dead_letters = dead_letters
        self._limits = limits
        self._clock = clock
        self._first_touch_done: set[date] = set()

    async def __call__(self, received: Sequence[ReceivedEvent]) -> None:
        """Store messages; returns when the store and the dead-letter topic have all of it.

        Raises:
            DeadLetterLimitExceeded: Too much is bad; nothing of these messages may be acknowledged.
        """
        for part in bounded(received, BYTES_AT_ONCE):
            await self._store(part)

    async def _store(self, received: Sequence[ReceivedEvent]) -> None:
        accepted = await self._accept(received)
        crash_point("before_insert")
        await self._samples.insert_samples(accepted.packed)
        await self._samples.insert_roll_ups([roll_up(rows) for rows in accepted.packed])
        crash_point("after_insert")
        await self._seals.touch(self._days_to_touch(accepted.packed))
        await self._samples.insert_lost(accepted.lost)
        await self._samples.insert_batches(accepted.ingested)
        self._count(received, accepted)

    async def _accept(self, received: Sequence[ReceivedEvent]) -> Accepted:
        accepted, refused = Accepted(), list[Refused]()
        for event in received:
            decoded = self._within_clock_limits(event, decode_performance(event))
            refused += [
                Refused(event, each.reason, each.error_type, each.detail, each.part)
                for each in decoded.refusals
            ]
            if not decoded.refusals:
                self._dead_letters.record_ok()
            if decoded.batch is not None:
                self._map(decoded.batch, accepted)
            if decoded.lost is not None:
                accepted.lost.append(decoded.lost)
        await self._dead_letters.send_many(refused)
        await self._map_undiscovered(accepted)
        accepted.pack()
        return accepted

    def _map(self, batch: SampledBatch, accepted: Accepted) -> None:
        values = batch.value_count()
        accepted.ingested.append(IngestedBatch(batch.source_id, batch.run_id, batch.batch_no, values))
        accepted.values[batch.source_kind] += values
        facts = self._known.cached(machines_to_look_up(batch))
        if facts is None:
            accepted.undiscovered.append(batch)
        else:
            accepted.map(batch, facts)

    async def _map_undiscovered(self, accepted: Accepted) -> None:
        """Map the rest after one wait for all of it."""
        if accepted.undiscovered:
            to_look_up = {each for batch in accepted.undiscovered for each in machines_to_look_up(batch)}
            facts = await self._known.facts(to_look_up)
            for batch in accepted.undiscovered:
                accepted.map(batch, facts)

    def _within_clock_limits(self, event: ReceivedEvent, decoded: DecodedPerformance) -> DecodedPerformance:
        batch = decoded.batch
        if batch is None or not (faults := self._limits.faults(batch.machines, self._clock.now())):
            return decoded
        good = [machine for position, machine in enumerate(batch.machines) if position not in faults]
        refusals = [
            self._clock_refusal(event, batch.machines[position], fault) for position, fault in faults.items()
        ]
        return DecodedPerformance(
            msgspec.structs.replace(batch, machines=good) if good else None,
            refusals=(*decoded.refusals, *refusals),
        )

    def _clock_refusal(self, event: ReceivedEvent, machine: MachineSamples, fault: str) -> Refusal:
        document = parse_document(event.value or b"")
        machines = [each for each in document["machines"] if _is_of(each, machine)]
        part = one_machine_event(document, machines[0])
        return Refusal(Reason.CLOCK_LIMIT, "ClockLimit", fault, part)

    def _days_to_touch(self, packed: Sequence[PackedRows]) -> list[date]:
        """Return the days whose seal these rows outdate; today needs only one mark.

        Days are judged after the insert: one that ended while it ran counts as over.
        """
        today = self._clock.now().date()
        days = sorted({day for rows in packed for day in days_of(rows)})
        touched = [day for day in days if day < today or day not in self._first_touch_done]
        self._first_touch_done.update(touched)
        return touched

    def _count(self, received: Sequence[ReceivedEvent], accepted: Accepted) -> None:
        now = self._clock.now()
        for event in received:
            QUERYABLE_SECONDS.labels(event.topic).observe(max(0.0, (now - event.timestamp).total_seconds()))
        for source_kind, values in accepted.values.items():
            SAMPLES_STORED.labels(source_kind).inc(values)


def bounded(received: Sequence[ReceivedEvent], limit_bytes: int) -> Iterator[Sequence[ReceivedEvent]]:
    """Cut messages into runs of at most so many bytes; a larger message stands alone."""
    start, size_bytes = 0, 0
    for position, event in enumerate(received):
        event_bytes = len(event.value or b"")
        if position > start and size_bytes + event_bytes > limit_bytes:
            yield received[start:position]
            start, size_bytes = position, 0
        size_bytes += event_bytes
    if start < len(received):
        yield received[start:]


def days_of(rows: PackedRows) -> list[date]:
    """Return the days (UTC) that the rows' windows lie in."""
    first, last = (
        (times // SECONDS_PER_DAY).astype(numpy.int64)
        for times in (rows.first_sampled_at, rows.last_sampled_at)
    )
    spans = [divmod(int(span), SPAN_BASE) for span in numpy.unique(first * SPAN_BASE + last)]
    numbers = {number for begin, end in spans for number in range(begin, end + 1)}
    return [date.fromordinal(EPOCH_ORDINAL + number) for number in sorted(numbers)]


def _is_of(document: dict[str, object], machine: MachineSamples) -> bool:
    """Return whether a part of the message is this machine's (ids differ in letter case at most)."""
    same_machine = UUID(str(document.get("machine_id"))) == machine.machine_id
    return same_machine and document.get("timestamps") == machine.timestamps
