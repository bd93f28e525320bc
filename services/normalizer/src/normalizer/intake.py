"""Between a stream and its handler: isolates messages that ended the process before, and records crashes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from opentelemetry import trace

from normalizer.ports import CrashLog
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.errors import DeadLetterLimitExceeded, RetryableError, StoreError
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import EVENTS_CONSUMED
from surveyor_kit.retry import retry_forever
from surveyor_kit.tracing import extract_context
from surveyor_schemas.reasons import Reason

log = get_logger(__name__)
tracer = trace.get_tracer(__name__)

CRASHES_ALLOWED = 3
RECORD_TIMEOUT_SECONDS = 10.0
Handler = Callable[[Sequence[ReceivedEvent]], Awaitable[None]]
Place = tuple[str, int, int]


class Intake:
    """Hands batches to a handler.

    An exception that nobody foresaw is recorded at the messages of its batch and raised on; the caller ends
    the process. After that, those messages are handled one by one, so that the next crash has one culprit,
    and a message with three crashes is dead-lettered as `unexpected`.
    """

    def __init__(
        self, consumer: str, handler: Handler, crashes: CrashLog, dead_letters: DeadLetters, health: Health
    ) -> None:
        self._consumer = consumer
        self._handler = handler
        self._crashes = crashes
        self._dead_letters = dead_letters
        self._health = health
        self._idle = asyncio.Event()
        self._idle.set()

    async def take(self, received: Sequence[ReceivedEvent]) -> None:
        """Handle a batch; on return all of it may be acknowledged."""
        self._idle.clear()
        try:
            counts = await retry_forever(self._crashes.counts, name="clickhouse", health=self._health)
            with tracer.start_as_current_span("handle_batch", links=_links(received)):
                for group in isolated(received, counts):
                    await self._handle(group, counts)
        finally:
            self._idle.set()
        for event in received:
            EVENTS_CONSUMED.labels(event.topic, self._consumer).inc()

    async def until_idle(self, timeout_seconds: float) -> bool:
        """Wait for the batch under way; return whether it came to its end in time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout_seconds)
        return self._idle.is_set()

    async def _handle(self, group: Sequence[ReceivedEvent], counts: Mapping[Place, int]) -> None:
        if len(group) == 1 and counts.get(place(group[0]), 0) >= CRASHES_ALLOWED:
            detail = f"the consumer crashed {CRASHES_ALLOWED} times at this message"
            await self._dead_letters.send(group[0], Reason.UNEXPECTED, "RepeatedCrash", detail)
            return
        try:
            await self._handler(group)
        except (DeadLetterLimitExceeded, RetryableError):
            raise
        except Exception as error:
            if not _is_the_stores_fault(error):
                await self._record(group, error)
            raise

    async def _record(self, group: Sequence[ReceivedEvent], error: Exception) -> None:
        places = [place(event) for event in group]
        log.error("handler_crashed", first=places[0], last=places[-1], error_type=type(error).__name__)
        try:
            async with asyncio.timeout(RECORD_TIMEOUT_SECONDS):
                await self._crashes.record(places, f"{type(error).__name__}: {error}")
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
    received: Sequence[ReceivedEvent], counts: Mapping[Place, int]
) -> Iterator[Sequence[ReceivedEvent]]:
    """Cut a batch so that messages with a crash stand alone; the order stays."""
    if not counts:
        yield received
        return
    group: list[ReceivedEvent] = []
    for event in received:
        if place(event) not in counts:
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
