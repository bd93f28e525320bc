"""A publisher that keeps what it is given; it passes the same suite as the real one."""

from collections import Counter
from collections.abc import Sequence

from surveyor_kit.kafka.publisher import DEAD_LETTER_ALLOWANCE_BYTES, record_of
from surveyor_kit.kafka.records import Acknowledged, Headers, OutgoingRecord, check_size
from surveyor_kit.tracing import inject_headers
from surveyor_schemas.base import Event
from surveyor_schemas.codec import EncodedEvent, decode
from surveyor_schemas.topics import MAX_MESSAGE_BYTES


class InMemoryPublisher:
    """Keeps records in `published`, in order; every topic has one partition."""

    def __init__(self) -> None:
        self.published: list[OutgoingRecord] = []
        self._next_offset: Counter[str] = Counter()

    def events(self, topic: str | None = None) -> list[Event]:
        """Return what was published as events, tombstones left out."""
        return [
            decode(record.topic, record.headers, record.value)
            for record in self.published
            if record.value is not None and topic in (None, record.topic)
        ]

    async def publish(self, event: Event) -> Acknowledged:
        """Keep one event."""
        (acknowledged,) = await self.publish_many([event])
        return acknowledged

    async def publish_many(self, events: Sequence[Event | EncodedEvent]) -> list[Acknowledged]:
        """Keep events, all of them or none."""
        records = [record_of(event) for event in events]
        check_size(records)
        return [self._keep(record) for record in records]

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Acknowledged:
        """Keep bytes as they are."""
        record = OutgoingRecord(topic, key, value, inject_headers(headers))
        check_size([record], MAX_MESSAGE_BYTES + DEAD_LETTER_ALLOWANCE_BYTES)
        return self._keep(record)

    async def tombstone(self, topic: str, key: bytes) -> Acknowledged:
        """Keep that nothing is left under `key`."""
        return await self.publish_raw(topic, key, None)

    def _keep(self, record: OutgoingRecord) -> Acknowledged:
        self.published.append(record)
        offset = self._next_offset[record.topic]
        self._next_offset[record.topic] += 1
        return Acknowledged(record.topic, 0, offset)
