"""Put aside what can never be handled, with its reason and origin, and stop when it becomes too much."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.errors import DeadLetterLimitExceeded
from surveyor_kit.kafka.records import Acknowledged, Headers, ReceivedEvent
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import EVENTS_DEAD_LETTERED
from surveyor_schemas.reasons import Reason
from surveyor_schemas.topics import dead_letter_topic

log = get_logger(__name__)

MAX_DETAIL_CHARACTERS = 500
ORIGINAL_HEADERS = ("ce_", "content-type", "traceparent")
SENT_AT_ONCE = 50


class RawPublisher(Protocol):
    """What dead-lettering needs of a publisher."""

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Acknowledged:
        """Publish bytes; return once the broker has them."""


class DeadLetterLimit:
    """Watches what share of the latest events was refused.

    Args:
        ratio: More than this share of the window is too much (0-1).
        window: How many of the latest events count.
        minimum: Fewer refusals than this never are too much, so that one bad message among the first
            few does not stop a consumer.
    """

    def __init__(self, ratio: float = 0.05, window: int = 10_000, minimum: int = 100) -> None:
        self.ratio = ratio
        self.window = window
        self.minimum = minimum
        self._runs: deque[tuple[bool, int]] = deque()
        self._events = 0
        self._refused = 0

    def record(self, refused: bool, count: int = 1) -> None:
        """Add the outcome of the next `count` events."""
        count = min(count, self.window)
        self._runs.append((refused, count))
        self._events += count
        self._refused += count if refused else 0
        while self._events > self.window:
            self._forget(self._events - self.window)

    def exceeded(self) -> bool:
        """Return whether too many were refused; a window not yet full counts as if it were."""
        return self._refused >= self.minimum and self._refused > self.ratio * self.window

    def __str__(self) -> str:
        return f"{self._refused} of the latest {self._events} events were refused"

    def _forget(self, excess: int) -> None:
        refused, count = self._runs.popleft()
        forgotten = min(count, excess)
        if count > forgotten:
            self._runs.appendleft((refused, count - forgotten))
        self._events -= forgotten
        self._refused -= forgotten if refused else 0


@dataclass(frozen=True, slots=True)
class Refused:
    """What is to be put aside.

    Attributes:
        received: The message as it was read.
        reason: Why it is refused.
        error_type: Name of the exception, for whoever looks into it.
        detail: What is wrong, by field name; no value out of the message. Cut at 500 characters.
        part: One event of the same type with only the bad part in it, instead of the whole message.
    """

    received: ReceivedEvent
    reason: Reason
    error_type: str
    detail: str
    part: bytes | None = None


class DeadLetters:
    """Sends messages of one consumer to their dead-letter topics.

    A dead letter has the original key, the original bytes (or one part of them), the original CloudEvents
    headers, and `dl_*` headers that say why, from where, by whom and when. Its order relative to other
    messages is lost: use it only for what is safe to skip.
    """

    def __init__(
        self,
        publisher: RawPublisher,
        consumer: str,
        *,
        limit: DeadLetterLimit | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._publisher = publisher
        self._consumer = consumer
        self._limit = limit or DeadLetterLimit()
        self._clock = clock or SystemClock()

    def record_ok(self, count: int = 1) -> None:
        """Note that events were handled well."""
        self._limit.record(refused=False, count=count)

    async def send(
        self,
        received: ReceivedEvent,
        reason: Reason,
        error_type: str,
        detail: str,
        part: bytes | None = None,
    ) -> None:
        """Dead-letter one message (see `Refused`), or only `part` of it; return once the broker has it.

        Raises:
            DeadLetterLimitExceeded: Too many of the latest events were refused. This one is in the
                dead-letter topic, but must not be acknowledged.
        """
        await self.send_many([Refused(received, reason, error_type, detail, part)])

    async def send_many(self, refused: Sequence[Refused]) -> None:
        """Dead-letter messages, some at a time; return once the broker has all of them.

        Raises:
            DeadLetterLimitExceeded: As for `send`; the rest of them was not sent then.
        """
        for start in range(0, len(refused), SENT_AT_ONCE):
            portion = refused[start : start + SENT_AT_ONCE]
            await asyncio.gather(*(self._publish(each) for each in portion))
            self._limit.record(refused=True, count=len(portion))
            if self._limit.exceeded():
                raise DeadLetterLimitExceeded(f"{self._consumer} stops: {self._limit}")

    async def _publish(self, refused: Refused) -> None:
        received, reason = refused.received, refused.reason
        await self._publisher.publish_raw(
            dead_letter_topic(received.topic),
            received.key,
            received.value if refused.part is None else refused.part,
            self._headers(refused),
        )
        EVENTS_DEAD_LETTERED.labels(received.topic, self._consumer, reason.value).inc()
        log.warning(
            "event_dead_lettered",
            topic=received.topic,
            partition=received.partition,
            offset=received.offset,
            reason=reason.value,
            error_type=refused.error_type,
            detail=refused.detail[:MAX_DETAIL_CHARACTERS],
        )

    def _headers(self, refused: Refused) -> Headers:
        received = refused.received
        origin = {
            "dl_reason": refused.reason.value,
            "dl_error_type": refused.error_type,
            "dl_detail": refused.detail[:MAX_DETAIL_CHARACTERS],
            "dl_topic": received.topic,
            "dl_partition": str(received.partition),
            "dl_offset": str(received.offset),
            "dl_consumer": self._consumer,
            "dl_at": self._clock.now().isoformat().replace("+00:00", "Z"),
        }
        kept = [(name, value) for name, value in received.headers if name.startswith(ORIGINAL_HEADERS)]
        return [*kept, *((name, value.encode()) for name, value in origin.items())]
