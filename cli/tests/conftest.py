import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cli.tests.command import Cli, environment_of, run_surveyor

from devstack.fixtures.broker import Kafka
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from query_api.testing.builders import ADMIN_KEY, a_machine, store_machines
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.inventory.machine_v1 import Machine


@pytest.fixture
def surveyor() -> Cli:
    """Runs `surveyor …`, its settings given as `env`."""
    return run_surveyor


@pytest.fixture(scope="module")
def kafka_settings(kafka: Kafka) -> KafkaSettings:
    """A broker that has the catalogue's topics; other tests' messages lie in them."""
    return asyncio.run(kafka.with_topics())


@pytest.fixture
async def publisher(kafka_settings: KafkaSettings) -> AsyncIterator[EventPublisher]:
    async with EventPublisher(kafka_settings, client_id="test") as publisher:
        yield publisher


@pytest.fixture
def empty_database(clickhouse: RunningClickHouse) -> ClickHouseSettings:
    """Settings for a database without tables."""
    return clickhouse.settings()


@pytest.fixture(scope="module")
def database(clickhouse: RunningClickHouse) -> ClickHouseSettings:
    """Settings for a database with all tables, made once a module: that takes seconds."""
    settings = clickhouse.settings()
    asyncio.run(_make_tables(settings))
    return settings


async def _make_tables(settings: ClickHouseSettings) -> None:
    async with ClickHouse(settings) as store:
        await migrate(store)


@pytest.fixture
async def store(database: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(database) as store:
        yield store


@pytest.fixture(scope="module")
def environment(kafka_settings: KafkaSettings, database: ClickHouseSettings) -> dict[str, str]:
    """Settings that name a broker with its topics and a store with its tables."""
    return environment_of(kafka_settings, database)


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("key") / "key"
    file.write_text(ADMIN_KEY + "\n")
    return file


@pytest.fixture(scope="module")
def query_api(
    environment: dict[str, str], key_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    """One process for a module's tests: it takes seconds to start."""
    directory = tmp_path_factory.mktemp("query-api")
    settings = environment | {
        "SURVEYOR_QUERY_API__DATABASE_URL": f"sqlite:///{directory / 'control.db'}",
        "SURVEYOR_QUERY_API__BOOTSTRAP_KEY_FILE": str(key_file),
    }
    with ServiceProcess("query_api", "QUERY_API", settings, directory / "query-api.log") as service:
        service.start()
        yield service
        service.stop()


@pytest.fixture
def ask(surveyor: Cli, query_api: ServiceProcess, key_file: Path) -> Cli:
    """Runs `surveyor …` as somebody who has a key."""
    settings = {"SURVEYOR_CLI__API_URL": query_api.url, "SURVEYOR_CLI__API_KEY_FILE": str(key_file)}
    return lambda *words: surveyor(*words, env=settings)


@pytest.fixture
async def machine(store: ClickHouse) -> Machine:
    """A machine whose name no other test uses."""
    machine = a_machine(name=f"web-{uuid4().hex[:8]}")
    await store_machines(store, machine)
    return machine
