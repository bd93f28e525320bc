import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError, OutOfOrderSequenceNumber

from devstack.kafka import Broker
from devstack.supervise import Stack
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventPublisher, TopicAdmin, read_compacted
from surveyor_kit.kafka import publisher as publisher_module
from surveyor_kit.kafka.records import OutgoingRecord
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.testing import FaultProxy
from surveyor_schemas.topics import Topic

pytestmark = pytest.mark.parts


async def read_values(settings: KafkaSettings, topic: str, key: bytes) -> list[int]:
    events = read_compacted(settings, [topic], client_id="reader")
    return [int(event.value or b"-1") async for event in events if event.key == key]


async def test_killed_broker_fails_the_check_and_nothing_is_lost(
    kafka: Any, kafka_settings: KafkaSettings, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "SLOW_SECONDS", 0.2)
    health = Health()
    async with EventPublisher(kafka_settings, client_id="test", health=health) as publisher:
        await publisher.publish_raw(topic, b"k", b"0")
        assert health.ready()
        await asyncio.to_thread(kafka.kill)
        try:
            publishing = asyncio.create_task(publish_numbers(publisher, topic, range(1, 20)))
            await until(lambda: not health.ready())
        finally:
            await asyncio.to_thread(kafka.start)
        await publishing
        assert health.ready()
    assert sorted(set(await read_values(kafka_settings, topic, b"k"))) == list(range(20))


async def publish_numbers(publisher: EventPublisher, topic: str, numbers: range) -> None:
    for number in numbers:
        await publisher.publish_raw(topic, b"k", str(number).encode())


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - a check has no event to wait for
            await asyncio.sleep(0.02)


class FailingOnce:
    """Stands in front of a producer: the n-th send fails after all, the others pass."""

    def __init__(self, producer: Any, failing: int, error: KafkaError) -> None:
        self.producer = producer
        self.failing = failing
        self.error = error
        self.sent = 0

    async def send(self, *record: Any, **options: Any) -> "asyncio.Future[Any]":
        self.sent += 1
        if self.sent != self.failing:
            sending: asyncio.Future[Any] = await self.producer.send(*record, **options)
            return sending
        failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        failed.set_exception(self.error)
        return failed

    async def stop(self) -> None:
        await self.producer.stop()


async def test_after_a_failure_the_events_behind_it_are_sent_again_in_order(
    kafka_settings: KafkaSettings, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        monkeypatch.setattr(
            publisher, "_producer", FailingOnce(publisher._producer, 3, OutOfOrderSequenceNumber())
        )
        records = [OutgoingRecord(topic, b"k", str(n).encode()) for n in range(5)]
        acknowledged = await publisher._publish_records(records)
        assert not isinstance(publisher._producer, FailingOnce)
    assert await read_values(kafka_settings, topic, b"k") == [0, 1, 3, 4, 2, 3, 4]
    assert [place.offset for place in acknowledged] == [0, 1, 4, 5, 6]


@pytest.fixture
async def proxied_broker(tmp_path: Path, a_topic: Topic) -> AsyncIterator[FaultProxy]:
    """A broker of its own that tells its clients to come through a proxy, with one topic."""
    broker = Broker.on_free_ports(tmp_path / "kafka")
    async with FaultProxy("127.0.0.1", broker.port) as proxy:
        advertised = Broker(broker.directory, broker.port, broker.controller_port, proxy.port)
        stack = Stack([advertised.process()], tmp_path / "logs")
        await asyncio.to_thread(stack.__enter__)
        try:
            async with TopicAdmin(KafkaSettings(bootstrap_servers=proxy.address)) as admin:
                await admin.ensure({a_topic.name: a_topic})
            yield proxy
        finally:
            await asyncio.to_thread(stack.__exit__, None, None, None)


async def test_cut_connections_and_lost_answers_lose_and_double_nothing(
    proxied_broker: FaultProxy, a_topic: Topic
) -> None:
    settings = KafkaSettings(bootstrap_servers=proxied_broker.address)
    async with EventPublisher(settings, client_id="test") as publisher:
        for number in range(40):
            publishing = asyncio.create_task(
                publish_numbers(publisher, a_topic.name, range(number, number + 1))
            )
            if number % 10 == 3:
                proxied_broker.lose_answer()
            if number % 10 == 7:
                await asyncio.sleep(0)
                await proxied_broker.cut()
            await publishing
    assert proxied_broker.faults["cut"] > 0
    assert proxied_broker.faults["lose-answer"] == 4
    assert await read_values(settings, a_topic.name, b"k") == list(range(40))
