"""The latest events of a topic, for any number of live readers.

Each replica reads all partitions without a consumer group. A place in the feed is the next offset of each
partition (`0:17,1:4,2:9`), so that a reader can go on at another replica, which interleaves differently.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveyor_kit.clock import Clock
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventConsumer, ReceivedEvent, decode_received
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import Event

log = get_logger(__name__)

REACHES_BACK = timedelta(minutes=10)
KEPT_EVENTS = 20_000
READER_QUEUE = 5_000
Places = dict[int, int]


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event and the place after it."""

    event: Event
    partition: int
    offset: int
    sent_at: datetime
    place: str


class FeedReader:
    """One live reader; slow ones are cut off and may come back with their place."""

    def __init__(self, after: Places) -> None:
        self._after = after
        self._queue: asyncio.Queue[FeedEvent | None] = asyncio.Queue(READER_QUEUE)
        self._is_cut_off = False

    async def __aiter__(self) -> AsyncIterator[FeedEvent]:
        while (item := await self._queue.get()) is not None:
            yield item

    def offer(self, item: FeedEvent) -> None:
        """Hand over an event, unless the reader has seen it."""
        if self._is_cut_off or item.offset < self._after.get(item.partition, 0):
            return
        if self._queue.full():
            self.cut_off()
        else:
            self._queue.put_nowait(item)

    def cut_off(self) -> None:
        """End the reader's iteration after what it was handed so far."""
        self._is_cut_off = True
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)


class Feed:
    """Follows one topic from ten minutes back."""

    def __init__(self, settings: KafkaSettings, topic: str, clock: Clock, health: Health) -> None:
        self._settings = settings
        self._topic = topic
        self._clock = clock
        self._health = health
        self._events: deque[FeedEvent] = deque(maxlen=KEPT_EVENTS)
        self._places: Places = {}
        self._readers: set[FeedReader] = set()
        self._is_closed = False

    async def run(self) -> None:
        """Follow the topic until cancelled; then every reader ends."""
        consumer = EventConsumer(
            self._settings,
            [self._topic],
            client_id=f"query-api-{self._topic}",
            start=self._clock.now() - REACHES_BACK,
            health=self._health,
        )
        try:
            async with consumer:
                async for batch in consumer:
                    for received in batch:
                        self.take(received)
        finally:
            self.close()

    def take(self, received: ReceivedEvent) -> None:
        """Keep one message and hand it to the readers; what breaks its contract is passed over."""
        self._places[received.partition] = received.offset + 1
        try:
            event = decode_received(received)
        except InvalidMessage as error:
            log.warning("feed_skipped", topic=self._topic, offset=received.offset, reason=error.reason)
            return
        place = format_places(self._places)
        item = FeedEvent(event, received.partition, received.offset, received.timestamp, place)
        self._events.append(item)
        self._forget_old()
        for reader in list(self._readers):
            reader.offer(item)

    @asynccontextmanager
    async def reading(self, last_place: str | None) -> AsyncIterator[FeedReader]:
        """Read what comes after `last_place`, as far as it is still kept, or from now on when it is None."""
        after = parse_places(last_place) if last_place else dict(self._places)
        reader = FeedReader(after)
        for item in self._events:
            reader.offer(item)
        self._readers.add(reader)
        if self._is_closed:
            reader.cut_off()
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def close(self) -> None:
        """Let every reader end."""
        self._is_closed = True
        for reader in list(self._readers):
            reader.cut_off()

    def place(self) -> str:
        """The place of the newest event."""
        return format_places(self._places)

    def _forget_old(self) -> None:
        oldest = self._clock.now() - REACHES_BACK
        while self._events and self._events[0].sent_at < oldest:
            self._events.popleft()


def format_places(places: Places) -> str:
    """Write a place as it stands in an event's id."""
    return ",".join(f"{partition}:{offset}" for partition, offset in sorted(places.items()))


def parse_places(text: str) -> Places:
    """Read a place; what is not one means the beginning."""
    places: Places = {}
    for part in text.split(","):
        partition, _, offset = part.partition(":")
        if partition.isdecimal() and offset.isdecimal():
            places[int(partition)] = int(offset)
    return places
