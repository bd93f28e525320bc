import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cli.tests.command import Cli, environment_of, run_surveyor

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, TopicAdmin
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.topics import TOPICS


@pytest.fixture
def surveyor() -> Cli:
    """Runs `surveyor …`, its settings given as `env`."""
    return run_surveyor


@pytest.fixture
async def kafka_settings(kafka: Any) -> KafkaSettings:
    """A broker that has the catalogue's topics; other tests' messages lie in them."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    async with TopicAdmin(settings) as admin:
        await admin.ensure(TOPICS)
    return settings


@pytest.fixture
async def publisher(kafka_settings: KafkaSettings) -> AsyncIterator[EventPublisher]:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        yield publisher


@pytest.fixture
def empty_database(clickhouse: Any) -> ClickHouseSettings:
    """Settings for a database without tables."""
    return ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )


@pytest.fixture(scope="module")
def database(clickhouse: Any) -> ClickHouseSettings:
    """Settings for a database with all tables, made once a module: that takes seconds."""
    settings = ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )
    asyncio.run(_make_tables(settings))
    return settings


async def _make_tables(settings: ClickHouseSettings) -> None:
    async with ClickHouse(settings) as store:
        await migrate(store)


@pytest.fixture
async def store(database: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(database) as store:
        yield store


@pytest.fixture
def environment(kafka_settings: KafkaSettings, database: ClickHouseSettings) -> dict[str, str]:
    """Settings that name a broker with its topics and a store with its tables."""
    return environment_of(kafka_settings, database)
