"""Between a stream and its handler: isolates messages that ended the process before, and records crashes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from opentelemetry import trace

from normalizer.domain.crashes import NOTHING_KNOWN, Crash, CrashKind, Place, Record
from normalizer.ports import CrashLog, WorkMark
from normalizer.turns import Turns
from surveyor_kit.clock import Clock
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.errors import DeadLetterLimitExceeded, RetryableError, StoreError
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.lifecycle import crash_point
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import EVENTS_CONSUMED
from surveyor_kit.retry import retry_forever
from surveyor_kit.tracing import extract_context
from surveyor_schemas.reasons import Reason

log = get_logger(__name__)
tracer = trace.get_tracer(__name__)

RECORD_TIMEOUT_SECONDS = 10.0
Handler = Callable[[Sequence[ReceivedEvent]], Awaitable[None]]
Acknowledge = Callable[[int], Awaitable[None]]
"""Called with the number of messages that are done, the next ones of the batch each time."""


class Intake:
    """Hands batches to a handler.

    What is under work is marked where the process' next life finds it. A crash, be it an exception that
    nobody foresaw or a death without a word, counts against each message that was under work. Suspected
    ones are then handled alone, with nothing else under work in the process, so that the next crash has one
    culprit; a message with three crashes alone is dead-lettered as `unexpected`.
    """

    def __init__(
        self,
        consumer: str,
        handler: Handler,
        crashes: CrashLog,
        mark: WorkMark,
        turns: Turns,
        dead_letters: DeadLetters,
        health: Health,
        clock: Clock,
    ) -> None:
        self._consumer = consumer
        self._handler = handler
        self._crashes = crashes
        self._mark = mark
        self._turns = turns
        self._dead_letters = dead_letters
        self._health = health
        self._clock = clock
        self._idle = asyncio.Event()
        self._idle.set()

    async def take(self, received: Sequence[ReceivedEvent], acknowledge: Acknowledge) -> None:
        """Handle a batch, and acknowledge what is done as soon as it is."""
        self._idle.clear()
        try:
            records = await retry_forever(self._crashes.records, name="clickhouse", health=self._health)
            for group in isolated(received, records):
                with tracer.start_as_current_span("handle_batch", links=_links(group)):
                    await self._handle(group, records)
                for event in group:
                    EVENTS_CONSUMED.labels(event.topic, self._consumer).inc()
                await acknowledge(len(group))
        finally:
            self._idle.set()

    async def wind_down(self, timeout_seconds: float) -> bool:
        """Wait for the batch under way, since the process is to stop; return whether it came to its end.

        No message is to blame any more for how the process ends.
        """
        self._mark.retire()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout_seconds)
        return self._idle.is_set()

    async def _handle(self, group: Sequence[ReceivedEvent], records: Mapping[Place, Record]) -> None:
        known = records.get(place(group[0]), NOTHING_KNOWN)
        if known.convicted:
            detail = f"the consumer crashed {known.alone} times at this message alone"
            await self._dead_letters.send(group[0], Reason.UNEXPECTED, "RepeatedCrash", detail)
        elif known.suspected:
            async with self._turns.alone():
                await self._work(group, alone=True)
        else:
            async with self._turns.together():
                await self._work(group, alone=False)

    async def _work(self, group: Sequence[ReceivedEvent], *, alone: bool) -> None:
        places = [place(event) for event in group]
        self._mark.begin(places, alone=alone)
        try:
            for each in places:
                crash_point("/".join(map(str, each)))
            await self._handler(group)
        except (DeadLetterLimitExceeded, RetryableError):
            raise
        except Exception as error:
            if not _is_the_stores_fault(error):
                await self._record(places, error)
            raise
        finally:
            self._mark.end()

    async def _record(self, places: Sequence[Place], error: Exception) -> None:
        log.error("handler_crashed", first=places[0], last=places[-1], error_type=type(error).__name__)
        what = f"{type(error).__name__}: {error}"
        crash = Crash(places, CrashKind.EXCEPTION, len(places) == 1, what, self._clock.now())
        try:
            async with asyncio.timeout(RECORD_TIMEOUT_SECONDS):
                await self._crashes.record(crash)
        except (TimeoutError, RetryableError, StoreError) as failure:
            log.error("crash_not_recorded", error_type=type(failure).__name__)


def _links(received: Sequence[ReceivedEvent]) -> list[trace.Link]:
    """Return links to the spans that the messages were published in: a batch continues many traces."""
    contexts = (
        trace.get_current_span(extract_context(event.headers)).get_span_context() for event in received
    )
    return [trace.Link(context) for context in contexts if context.is_valid]


def place(event: ReceivedEvent) -> Place:
    """Return where a message is."""
    return event.topic, event.partition, event.offset


def isolated(
    received: Sequence[ReceivedEvent], records: Mapping[Place, Record]
) -> Iterator[Sequence[ReceivedEvent]]:
    """Cut a batch so that suspected messages stand alone; the order stays."""
    if not records:
        yield received
        return
    group: list[ReceivedEvent] = []
    for event in received:
        if not records.get(place(event), NOTHING_KNOWN).suspected:
            group.append(event)
            continue
        if group:
            yield group
            group = []
        yield [event]
    if group:
        yield group


STORE_CODES = frozenset({16, 36, 60, 81, 193, 194, 497, 516})
"""Unknown column, setting, table, database; wrong user or rights. Source: ClickHouse, ErrorCodes.cpp."""


def _is_the_stores_fault(error: Exception) -> bool:
    """Return whether no message can be blamed: the store itself is not as this release needs it."""
    return isinstance(error, StoreError) and error.code in STORE_CODES
