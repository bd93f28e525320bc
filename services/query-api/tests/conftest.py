import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from devstack.fixtures.broker import Kafka
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from query_api.bootstrap import Parts, Running, prepare, put_together
from query_api.control.database import ControlDatabase
from query_api.settings import QueryApiSettings
from query_api.testing import postgresql
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
    "catalogue_contents",
    "catalogue_sizes",
)


@pytest.fixture(scope="session")
def clickhouse_settings(clickhouse: RunningClickHouse) -> ClickHouseSettings:
    """Settings for a database with all tables, made once: that takes seconds."""
    settings = clickhouse.settings()
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


ANSWER_TIMEOUT_SECONDS = 60
CONTROL_DATABASES = ["sqlite", "postgresql"] if postgresql.is_available() else ["sqlite"]
ON_EACH_DATABASE = {
    "test_access",
    "test_assessments",
    "test_control_database",
    "test_groups",
    "test_imports",
    "test_schedules",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what rests on the control database on each kind of it that this machine has."""
    is_wanted = (metafunc.module.__name__ or "").rpartition(".")[2] in ON_EACH_DATABASE
    if is_wanted and "control_url" in metafunc.fixturenames:
        metafunc.parametrize("control_url", CONTROL_DATABASES, indirect=True)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with postgresql.running_postgresql() as url:
        yield url


@pytest.fixture
def control_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the empty control database of a test is."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'control.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
async def database(control_url: str) -> AsyncIterator[ControlDatabase]:
    database = ControlDatabase(control_url)
    if not database.is_sqlite:
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
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


@pytest.fixture
async def kafka_settings(kafka: Kafka) -> KafkaSettings:
    """A broker that has the catalogue's topics."""
    return await kafka.with_topics()


@pytest.fixture
def environment(
    kafka_settings: KafkaSettings, clickhouse_settings: ClickHouseSettings, control_url: str, tmp_path: Path
) -> dict[str, str]:
    key_file = tmp_path / "key"
    key_file.write_text(ADMIN_KEY + "\n")
    return {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": kafka_settings.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": clickhouse_settings.url,
        "SURVEYOR_CLICKHOUSE__DATABASE": clickhouse_settings.database,
        "SURVEYOR_CLICKHOUSE__USERNAME": clickhouse_settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": clickhouse_settings.password.get_secret_value(),
        "SURVEYOR_QUERY_API__DATABASE_URL": control_url,
        "SURVEYOR_QUERY_API__BOOTSTRAP_KEY_FILE": str(key_file),
    }


@pytest.fixture
def service(environment: dict[str, str], tmp_path: Path) -> Iterator[ServiceProcess]:
    with ServiceProcess("query_api", "QUERY_API", environment, tmp_path / "log") as service:
        service.start()
        yield service


@pytest.fixture
async def remote(service: ServiceProcess) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    async with httpx.AsyncClient(
        base_url=service.url, headers=headers, timeout=ANSWER_TIMEOUT_SECONDS, trust_env=False
    ) as client:
        yield client
