import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from query_api.bootstrap import Parts, Running, prepare, put_together
from query_api.control.database import ControlDatabase
from query_api.settings import QueryApiSettings
from query_api.testing.builders import ADMIN_KEY, NOW
from query_api.testing.client import client_of
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_kit.testing import InMemoryPublisher, SettableClock

TABLES = (
    "performance_samples",
    "machine_10m",
    "disk_10m",
    "nic_10m",
    "machine_state",
    "machine_changes",
    "assessment_scope",
    "assessment_results",
    "assessment_summaries",
    "catalogues",
)


@pytest.fixture(scope="session")
def clickhouse_settings(clickhouse: Any) -> ClickHouseSettings:
    """Settings for a database with all tables, made once: that takes seconds."""
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
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    """The store with empty tables."""
    async with ClickHouse(clickhouse_settings) as store:
        for table in TABLES:
            await store.command(f"TRUNCATE TABLE {table}")
        yield store


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def publisher() -> InMemoryPublisher:
    return InMemoryPublisher()


@pytest.fixture
def control_url(tmp_path: Path) -> str:
    """Where the control database of a test is."""
    return f"sqlite+aiosqlite:///{tmp_path / 'control.db'}"


@pytest.fixture
async def database(control_url: str) -> AsyncIterator[ControlDatabase]:
    database = ControlDatabase(control_url)
    yield database
    await database.close()


@pytest.fixture
async def running(
    store: ClickHouse, database: ControlDatabase, publisher: InMemoryPublisher, clock: SettableClock
) -> Running:
    """The application on a real store, its events kept by `publisher`, nothing in the background."""
    settings = QueryApiSettings(bootstrap_key=ADMIN_KEY)
    kafka = KafkaSettings(bootstrap_servers="127.0.0.1:9")
    running = put_together(Parts(settings, kafka, store, database, publisher, clock, Health()))
    await prepare(database, running.deps)
    return running


@pytest.fixture
async def api(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an administrator's key."""
    async with client_of(running) as client:
        yield client
