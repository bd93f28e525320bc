"""Messages as the rest of the code sees them, free of the client library's types."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from surveyor_kit.errors import EventTooLarge, InvalidMessage
from surveyor_schemas.base import Event
from surveyor_schemas.codec import EncodedEvent, InvalidEvent, decode
from surveyor_schemas.topics import MAX_MESSAGE_BYTES

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One message as it was read; `value` is None for a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: datetime
    """When its producer sent it, by the producer's clock."""


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """One message to send."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()

    def size_bytes(self) -> int:
        """Return the size before compression."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + headers


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Where the broker put a message; -1 where it only said that it has it already."""

    topic: str
    partition: int
    offset: int


class Publisher(Protocol):
    """Publishes events; each call returns once the broker has acknowledged all of it."""

    async def publish(self, event: Event) -> Acknowledged:
        """Publish one event to its topic."""

    async def publish_many(self, events: Sequence[Event | EncodedEvent]) -> list[Acknowledged]:
        """Publish events, those of one key in the given order; some may be messages already."""

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Acknowledged:
        """Publish bytes as they are."""

    async def tombstone(self, topic: str, key: bytes) -> Acknowledged:
        """Publish that nothing is left under `key`."""


def decode_received(received: ReceivedEvent) -> Event:
    """Return the event of a message.

    Raises:
        InvalidMessage: It breaks the contract of its topic.
    """
    try:
        return decode(received.topic, received.headers, received.value)
    except InvalidEvent as error:
        raise InvalidMessage(error.reason, error.detail) from error


def check_size(records: Iterable[OutgoingRecord], limit_bytes: int = MAX_MESSAGE_BYTES) -> None:
    """Refuse what the broker would refuse, before anything is sent.

    Raises:
        EventTooLarge: One of the records is over the limit.
    """
    for record in records:
        size_bytes = record.size_bytes()
        if size_bytes > limit_bytes:
            raise EventTooLarge(f"an event for {record.topic} has {size_bytes} bytes, over {limit_bytes}")
