"""Use case: a batch of messages of `performance-raw` into the store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import msgspec
import numpy

from normalizer.domain.performance.clock_limits import ClockLimits
from normalizer.domain.performance.mapping import machines_to_look_up, map_batch
from normalizer.domain.performance.rows import PackedRows, RowBuilder
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
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.lifecycle import crash_point
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost
from surveyor_schemas.reasons import Reason

SECONDS_PER_DAY = 86_400
SPAN_BASE = 1_000_000  # above every day number that a 32-bit time can have
BYTES_AT_ONCE = 8 * 2**20
"""Decoded samples take some ten times their bytes: this bounds memory, whatever the size of messages."""
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Accepted:
    """What is good of a number of messages."""

    batches: list[SampledBatch] = field(default_factory=list)
    lost: list[SamplesLost] = field(default_factory=list)


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
        rows = await self._mapped(accepted.batches)
        crash_point("before_insert")
        await self._samples.insert_samples(rows)
        crash_point("after_insert")
        await self._seals.touch(self._days_to_touch(rows))
        await self._samples.insert_lost(accepted.lost)
        await self._samples.insert_batches([_ingested(batch) for batch in accepted.batches])
        self._count(received, accepted)

    async def _accept(self, received: Sequence[ReceivedEvent]) -> Accepted:
        accepted = Accepted()
        for event in received:
            decoded = self._within_clock_limits(event, decode_performance(event))
            for refusal in decoded.refusals:
                await self._dead_letters.send(
                    event, refusal.reason, refusal.error_type, refusal.detail, refusal.part
                )
            if not decoded.refusals:
                self._dead_letters.record_ok()
            if decoded.batch is not None:
                accepted.batches.append(decoded.batch)
            if decoded.lost is not None:
                accepted.lost.append(decoded.lost)
        return accepted

    def _within_clock_limits(self, event: ReceivedEvent, decoded: DecodedPerformance) -> DecodedPerformance:
        batch, now = decoded.batch, self._clock.now()
        if batch is None:
            return decoded
        faults = {
            position: fault
            for position, machine in enumerate(batch.machines)
            if (fault := self._limits.fault(machine, now))
        }
        if not faults:
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

    async def _mapped(self, batches: Sequence[SampledBatch]) -> PackedRows:
        to_look_up = {machine_id for batch in batches for machine_id in machines_to_look_up(batch)}
        facts: dict[UUID, MachineFacts] = await self._known.facts(to_look_up) if to_look_up else {}
        rows = RowBuilder()
        for batch in batches:
            map_batch(batch, facts, rows)
        return rows.build()

    def _days_to_touch(self, rows: PackedRows) -> list[date]:
        """Return the days whose seal these rows outdate; today needs only one mark.

        Days are judged after the insert: one that ended while it ran counts as over.
        """
        today = self._clock.now().date()
        touched = [day for day in days_of(rows) if day < today or day not in self._first_touch_done]
        self._first_touch_done.update(touched)
        return touched

    def _count(self, received: Sequence[ReceivedEvent], accepted: Accepted) -> None:
        now = self._clock.now()
        for event in received:
            QUERYABLE_SECONDS.labels(event.topic).observe(max(0.0, (now - event.timestamp).total_seconds()))
        for batch in accepted.batches:
            SAMPLES_STORED.labels(batch.source_kind).inc(batch.value_count())


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
    first, last = rows.first_sampled_at // SECONDS_PER_DAY, rows.last_sampled_at // SECONDS_PER_DAY
    spans = [divmod(int(span), SPAN_BASE) for span in numpy.unique(first * SPAN_BASE + last)]
    numbers = {number for begin, end in spans for number in range(begin, end + 1)}
    return [date.fromordinal(EPOCH_ORDINAL + number) for number in sorted(numbers)]


def _ingested(batch: SampledBatch) -> IngestedBatch:
    return IngestedBatch(batch.source_id, batch.run_id, batch.batch_no, batch.value_count())


def _is_of(document: dict[str, object], machine: MachineSamples) -> bool:
    """Return whether a part of the message is this machine's (ids differ in letter case at most)."""
    same_machine = UUID(str(document.get("machine_id"))) == machine.machine_id
    return same_machine and document.get("timestamps") == machine.timestamps
