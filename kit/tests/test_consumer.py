import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any
from uuid import uuid4

import pytest

from surveyor_kit.health import Health
from surveyor_kit.kafka import EventConsumer, EventPublisher, ReceivedEvent, read_compacted
from surveyor_kit.kafka import consumer as consumer_module
from surveyor_kit.settings import KafkaSettings

pytestmark = pytest.mark.parts


@pytest.fixture
async def publisher(kafka_settings: KafkaSettings) -> AsyncIterator[EventPublisher]:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        yield publisher


async def publish(publisher: EventPublisher, topic: str, values: Iterable[int]) -> None:
    for value in values:
        await publisher.publish_raw(topic, str(value).encode(), str(value).encode())


async def take(consumer: EventConsumer, count: int) -> list[ReceivedEvent]:
    taken: list[ReceivedEvent] = []
    async with asyncio.timeout(60):
        while len(taken) < count:
            taken += await consumer.poll()
    return taken


def values(events: Iterable[ReceivedEvent]) -> list[int]:
    return sorted(int(event.value or b"-1") for event in events)


async def test_group_resumes_behind_its_commit_and_sees_the_rest_again(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    group = uuid4().hex
    await publish(publisher, topic, range(10))
    async with EventConsumer(kafka_settings, [topic], client_id="one", group=group) as consumer:
        await consumer.commit(await take(consumer, 10))
        await publish(publisher, topic, range(10, 15))
        assert values(await take(consumer, 5)) == list(range(10, 15))
    async with EventConsumer(kafka_settings, [topic], client_id="two", group=group) as consumer:
        assert values(await take(consumer, 5)) == list(range(10, 15))


async def test_consumer_knows_which_partitions_are_its_own(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(5))
    async with EventConsumer(kafka_settings, [topic], client_id="one", group=uuid4().hex) as consumer:
        taken = await take(consumer, 5)
        assert {(topic, event.partition) for event in taken} <= consumer.assignment()


async def test_without_a_group_everything_is_read_from_the_beginning(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(5))
    for _ in range(2):
        async with EventConsumer(kafka_settings, [topic], client_id="reader") as consumer:
            assert values(await take(consumer, 5)) == list(range(5))


async def test_reading_from_the_end_sees_only_what_is_new(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(5))
    async with EventConsumer(kafka_settings, [topic], client_id="reader", start="end") as consumer:
        assert await consumer.has_reached(await consumer.end_offsets())
        await publish(publisher, topic, [7])
        assert values(await take(consumer, 1)) == [7]


async def test_reading_from_a_time_leaves_out_what_was_sent_before(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(8))
    async with EventConsumer(kafka_settings, [topic], client_id="reader") as consumer:
        sent_at = {int(event.value or b""): event.timestamp for event in await take(consumer, 8)}
    start = sent_at[5]
    assert sent_at[4] < start
    async with EventConsumer(kafka_settings, [topic], client_id="reader", start=start) as consumer:
        assert values(await take(consumer, 3)) == [5, 6, 7]


async def test_reading_continues_where_it_is_told_to(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(9))
    async with EventConsumer(kafka_settings, [topic], client_id="reader") as consumer:
        all_read = await take(consumer, 9)
        after = {(event.topic, event.partition): event.offset for event in all_read}
        consumer.seek({**after, ("unknown", 0): 5})
        again = await take(consumer, len(after))
    assert {(event.topic, event.partition): event.offset for event in again} == after


async def test_iteration_gives_batches_no_larger_than_asked(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(7))
    sizes: list[int] = []
    async with EventConsumer(kafka_settings, [topic], client_id="reader", max_records=2) as consumer:
        async for batch in consumer:
            sizes.append(len(batch))
            if sum(sizes) == 7:
                break
    assert max(sizes) <= 2


async def test_compacted_state_is_read_up_to_where_it_ended(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    await publish(publisher, topic, range(5))
    await publisher.tombstone(topic, b"3")
    state: dict[bytes | None, bytes | None] = {}
    async for event in read_compacted(kafka_settings, [topic], client_id="reader"):
        state[event.key] = event.value
        await publish(publisher, topic, [100 + len(state)])
    assert {key for key, value in state.items() if value is not None} == {b"0", b"1", b"2", b"4"}


async def test_empty_topic_has_no_state(kafka_settings: KafkaSettings, topic: str) -> None:
    assert [event async for event in read_compacted(kafka_settings, [topic], client_id="reader")] == []


async def test_broker_that_is_away_fails_the_check_until_it_is_back(
    kafka: Any,
    kafka_settings: KafkaSettings,
    publisher: EventPublisher,
    topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "CHECK_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(consumer_module, "CHECK_TIMEOUT_SECONDS", 0.5)
    health = Health()
    async with EventConsumer(
        kafka_settings, [topic], client_id="reader", group=uuid4().hex, health=health
    ) as consumer:
        await consumer.poll(0.1)
        assert health.ready()
        await asyncio.to_thread(kafka.kill)
        try:
            async with asyncio.timeout(60):
                while health.ready():
                    await consumer.poll(0.1)
        finally:
            await asyncio.to_thread(kafka.start)
        await publish(publisher, topic, range(3))
        batch = await take(consumer, 3)
        assert values(batch) == [0, 1, 2]
        await consumer.commit(batch)
        async with asyncio.timeout(60):
            while not health.ready():
                await consumer.poll(0.1)


async def test_commit_overtaken_by_another_member_is_no_error(
    kafka_settings: KafkaSettings, publisher: EventPublisher, topic: str
) -> None:
    group = uuid4().hex
    await publish(publisher, topic, range(30))
    async with EventConsumer(kafka_settings, [topic], client_id="one", group=group) as first:
        batch = await take(first, 30)
        async with EventConsumer(kafka_settings, [topic], client_id="two", group=group) as second:
            await first.commit(batch)
            await second.poll(0.1)
