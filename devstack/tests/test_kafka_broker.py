"""The local broker does what the services rely on."""

import asyncio
import socket

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from devstack.fixtures.broker import Kafka
from devstack.kafka import answers
from devstack.ports import free_port

pytestmark = pytest.mark.parts


async def create_topic(kafka: Kafka, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1)])
    finally:
        await admin.close()


async def publish(kafka: Kafka, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, enable_idempotence=True, compression_type="zstd"
    )
    async with producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def read(kafka: Kafka, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.bootstrap_servers, group_id=topic, auto_offset_reset="earliest"
    )
    async with consumer:
        async with asyncio.timeout(60):
            return [(await consumer.getone()).value for _ in range(count)]


async def test_an_idempotent_producer_and_a_group_exchange_compressed_messages(kafka: Kafka) -> None:
    await create_topic(kafka, "exchange")
    await publish(kafka, "exchange", [b"one", b"two"])
    assert await read(kafka, "exchange", 2) == [b"one", b"two"]


async def test_messages_survive_a_crash_of_the_broker(kafka: Kafka) -> None:
    await create_topic(kafka, "survives")
    await publish(kafka, "survives", [b"before"])
    await asyncio.to_thread(kafka.kill)
    await asyncio.to_thread(kafka.start)
    await publish(kafka, "survives", [b"after"])
    assert await read(kafka, "survives", 2) == [b"before", b"after"]


async def test_a_missing_topic_is_not_made_by_asking_for_it(kafka: Kafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        await admin.describe_topics(["never-made"])
        assert "never-made" not in await admin.list_topics()
    finally:
        await admin.close()


def test_a_port_without_a_broker_does_not_answer() -> None:
    assert not answers(free_port())


def test_a_port_that_accepts_but_is_silent_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not answers(silent.getsockname()[1])
