from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.chaos.installation import Installation, installed

from devstack.fixtures.broker import Kafka, running_kafka
from devstack.fixtures.store import ClickHouse, running_clickhouse


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker that may be killed."""
    with running_kafka(tmp_path_factory.mktemp("broker")) as kafka:
        yield kafka


@pytest.fixture(scope="module")
def own_clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """A store that may be killed."""
    with running_clickhouse(tmp_path_factory.mktemp("store")) as clickhouse:
        yield clickhouse


@pytest.fixture
async def installation(
    own_kafka: Kafka, own_clickhouse: ClickHouse, tmp_path: Path
) -> AsyncIterator[Installation]:
    async with installed(own_kafka, own_clickhouse, tmp_path) as installation:
        yield installation
