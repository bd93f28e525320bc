from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from devstack.fixtures.broker import Kafka
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, client_options
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import TOPICS


@pytest.fixture
async def kafka_settings(kafka: Kafka) -> KafkaSettings:
    """A broker that has the catalogue's topics; other tests' messages lie in them."""
    return await kafka.with_topics()


@pytest.fixture
async def store(clickhouse: RunningClickHouse) -> AsyncIterator[ClickHouse]:
    """A database of its own with all tables."""
    settings = clickhouse.settings()
    async with ClickHouse(settings) as store:
        await migrate(store)
        yield store


@pytest.fixture
async def publisher(kafka_settings: KafkaSettings) -> AsyncIterator[EventPublisher]:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        yield publisher


@pytest.fixture
async def group(kafka_settings: KafkaSettings) -> str:
    """A consumer group that starts behind what other tests have sent."""
    group = f"normalizer-{uuid4().hex[:8]}"
    consumer = AIOKafkaConsumer(**client_options(kafka_settings), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [
            TopicPartition(topic, number)
            for topic in ("discovery-raw", "performance-raw")
            for number in range(TOPICS[topic].partitions)
        ]
        consumer.assign(partitions)
        await consumer.commit(await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()
    return group


@pytest.fixture
def normalizer(
    kafka_settings: KafkaSettings, store: ClickHouse, group: str, tmp_path: Path
) -> Iterator[ServiceProcess]:
    """The real process, not started yet."""
    environment = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": kafka_settings.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": store.settings.url,
        "SURVEYOR_CLICKHOUSE__USERNAME": store.settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": store.settings.password.get_secret_value(),
        "SURVEYOR_CLICKHOUSE__DATABASE": store.database,
        "SURVEYOR_NORMALIZER__GROUP": group,
        "SURVEYOR_NORMALIZER__DATA_DIR": str(tmp_path / "faust"),
        "SURVEYOR_NORMALIZER__SESSION_TIMEOUT_SECONDS": "6",
        "SURVEYOR_NORMALIZER__SEAL_INTERVAL_SECONDS": "1",
        "SURVEYOR_NORMALIZER__MACHINE_WAIT_SECONDS": "1",
    }
    with ServiceProcess("normalizer", "NORMALIZER", environment, tmp_path / "normalizer.log") as process:
        yield process


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Waits until an asynchronous question has an answer that counts as true, and returns it."""
    import asyncio
    import time

    async def wait(question: Callable[[], Any], timeout_seconds: float = 60.0) -> Any:
        deadline = time.monotonic() + timeout_seconds
        while not (answer := await question()):
            assert time.monotonic() < deadline, f"no answer in {timeout_seconds} s"
            await asyncio.sleep(0.1)
        return answer

    return wait
