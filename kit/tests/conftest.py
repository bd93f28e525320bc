from typing import Any
from uuid import uuid4

import pytest

from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.topics import TOPICS, Topic


@pytest.fixture
async def kafka_settings(kafka: Any) -> KafkaSettings:
    """Settings for a broker that has the catalogue's topics."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    async with TopicAdmin(settings) as admin:
        await admin.ensure(TOPICS)
    return settings


@pytest.fixture
def clickhouse_settings(clickhouse: Any) -> ClickHouseSettings:
    """Settings for an empty database."""
    return ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )


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
