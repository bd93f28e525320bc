"""One suite for the real publisher and its stand-in, so that the stand-in stays honest."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider

from surveyor_kit.errors import EventTooLarge
from surveyor_kit.kafka import (
    EventConsumer,
    EventPublisher,
    Publisher,
    ReceivedEvent,
    decode_received,
)
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.groups.group_changed_v1 import GroupChanged

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


class Bench(Protocol):
    """A publisher, and a way to see what it published under a key."""

    @property
    def publisher(self) -> Publisher: ...

    async def read(self, topic: str, key: str) -> list[ReceivedEvent]: ...


class InMemoryBench:
    def __init__(self) -> None:
        self.publisher = InMemoryPublisher()

    async def read(self, topic: str, key: str) -> list[ReceivedEvent]:
        return [
            ReceivedEvent(topic, 0, offset, record.key, record.value, record.headers, NOW)
            for offset, record in enumerate(self.publisher.published)
            if record.topic == topic and record.key == key.encode()
        ]


class KafkaBench:
    def __init__(self, publisher: EventPublisher, settings: KafkaSettings) -> None:
        self.publisher = publisher
        self.settings = settings

    async def read(self, topic: str, key: str) -> list[ReceivedEvent]:
        found: list[ReceivedEvent] = []
        async with EventConsumer(self.settings, [topic], client_id="test") as consumer:
            ends = await consumer.end_offsets()
            while not await consumer.has_reached(ends):
                found += [event for event in await consumer.poll() if event.key == key.encode()]
        return found


@pytest.fixture
def in_memory() -> InMemoryBench:
    return InMemoryBench()


@pytest.fixture
async def kafka_bench(kafka_settings: KafkaSettings) -> AsyncIterator[KafkaBench]:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        yield KafkaBench(publisher, kafka_settings)


@pytest.fixture(params=["in_memory", pytest.param("kafka_bench", marks=pytest.mark.parts)])
def bench(request: pytest.FixtureRequest) -> Bench:
    chosen: Bench = request.getfixturevalue(request.param)
    return chosen


def a_group(group_id: UUID | None = None, revision: int = 1, name: str = "web") -> GroupChanged:
    return GroupChanged(
        group_id=group_id or uuid4(),
        revision=revision,
        name=name,
        machine_count=3,
        deleted=False,
        changed_at=NOW,
    )


async def test_published_event_is_read_back_equal(bench: Bench) -> None:
    event = a_group()
    acknowledged = await bench.publisher.publish(event)
    (received,) = await bench.read("groups", event.key())
    assert decode_received(received) == event
    assert (acknowledged.topic, acknowledged.offset) == ("groups", received.offset)


async def test_events_of_one_key_keep_their_order(bench: Bench) -> None:
    group_id = uuid4()
    events = [a_group(group_id, revision) for revision in range(200)]
    others = [a_group() for _ in range(200)]
    await bench.publisher.publish_many([event for pair in zip(events, others, strict=True) for event in pair])
    assert [decode_received(received) for received in await bench.read("groups", str(group_id))] == events


async def test_one_too_large_event_keeps_all_from_being_sent(bench: Bench) -> None:
    small, large = a_group(), a_group(name="x" * 1_048_577)
    with pytest.raises(EventTooLarge, match="groups"):
        await bench.publisher.publish_many([small, large])
    assert await bench.read("groups", small.key()) == []


async def test_dead_letter_of_the_largest_event_still_fits(bench: Bench) -> None:
    key = uuid4().hex
    await bench.publisher.publish_raw(
        "discovery-raw-dlq", key.encode(), b"\xff" * 1_048_576, [("dl_detail", b"d" * 500)]
    )
    (received,) = await bench.read("discovery-raw-dlq", key)
    assert received.value is not None
    assert len(received.value) == 1_048_576


async def test_tombstone_has_a_key_and_no_value(bench: Bench) -> None:
    key = uuid4().hex
    await bench.publisher.tombstone("groups", key.encode())
    (received,) = await bench.read("groups", key)
    assert received.value is None


async def test_trace_context_travels_with_the_event(bench: Bench) -> None:
    event = a_group()
    with TracerProvider().get_tracer("test").start_as_current_span("work") as span:
        await bench.publisher.publish(event)
    (received,) = await bench.read("groups", event.key())
    trace_id = f"{span.get_span_context().trace_id:032x}"
    assert trace_id in dict(received.headers)["traceparent"].decode()


async def test_nothing_to_publish_is_fine(bench: Bench) -> None:
    assert await bench.publisher.publish_many([]) == []
