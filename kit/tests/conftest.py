from uuid import uuid4

import pytest

from devstack.fixtures.broker import Kafka
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.topics import Topic


@pytest.fixture
async def kafka_settings(kafka: Kafka) -> KafkaSettings:
    """Settings for a broker that has the catalogue's topics."""
    return await kafka.with_topics()


@pytest.fixture
def clickhouse_settings(clickhouse: RunningClickHouse) -> ClickHouseSettings:
    """Settings for an empty database."""
    return clickhouse.settings()


@pytest.fixture
def a_topic() -> Topic:
    """A catalogue entry that no other test uses, not yet on the broker."""
    return Topic(
        name=f"test-{uuid4().hex[:12]}",
        summary="A topic of a test.",
        key="any",
        partitions=3,
        cleanup_policy="delete",
        retention_ms=3_600_000,
        events=(),
        producers=(),
        consumers=(),
        dead_letter=True,
    )


@pytest.fixture
async def topic(kafka_settings: KafkaSettings, a_topic: Topic) -> str:
    """A topic on the broker that no other test uses."""
    async with TopicAdmin(kafka_settings) as admin:
        await admin.ensure({a_topic.name: a_topic})
    return a_topic.name
