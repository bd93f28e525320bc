import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devstack.fixtures.broker import Kafka, running_kafka
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.store import ClickHouse as RunningClickHouse
from devstack.ledger import LoadPlan
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import KafkaSettings

GROUP = "normalizer-ledger"


@dataclass(frozen=True)
class Installation:
    """A broker with topics and a database with tables, both empty."""

    kafka: KafkaSettings
    store: ClickHouse
    group: str


@pytest.fixture
def plan() -> LoadPlan:
    """2,000 machines x 60 minutes; `SURVEYOR_LEDGER_MACHINES`, `_MINUTES` and `_SEED` change it."""
    seed = int(os.environ.get("SURVEYOR_LEDGER_SEED") or secrets.randbelow(2**31))
    print(f"SURVEYOR_LEDGER_SEED={seed}")
    minutes = int(os.environ.get("SURVEYOR_LEDGER_MINUTES", "60"))
    return LoadPlan(
        seed=seed,
        machines=int(os.environ.get("SURVEYOR_LEDGER_MACHINES", "2000")),
        minutes=minutes,
        start_at=datetime.now(UTC) - timedelta(minutes=minutes),
    )


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Kafka]:
    """A broker of this test's own: only its load lies in the topics."""
    with running_kafka(tmp_path) as kafka:
        yield kafka


@pytest.fixture
async def installation(own_kafka: Kafka, clickhouse: RunningClickHouse) -> AsyncIterator[Installation]:
    kafka = await own_kafka.with_topics()
    settings = clickhouse.settings()
    async with ClickHouse(settings) as store:
        await migrate(store)
        yield Installation(kafka, store, GROUP)


@pytest.fixture
def normalizer(installation: Installation, plan: LoadPlan, tmp_path: Path) -> Iterator[ServiceProcess]:
    settings = installation.store.settings
    environment = {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": installation.kafka.bootstrap_servers,
        "SURVEYOR_CLICKHOUSE__URL": settings.url,
        "SURVEYOR_CLICKHOUSE__USERNAME": settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": settings.password.get_secret_value(),
        "SURVEYOR_CLICKHOUSE__DATABASE": settings.database,
        "SURVEYOR_NORMALIZER__GROUP": installation.group,
        "SURVEYOR_NORMALIZER__DATA_DIR": str(tmp_path / "faust"),
        # Quick to take over from a killed process, and small steps, so that a kill falls between commits.
        "SURVEYOR_NORMALIZER__SESSION_TIMEOUT_SECONDS": "2",
        "SURVEYOR_NORMALIZER__COMMIT_INTERVAL_SECONDS": "0.1",
        "SURVEYOR_NORMALIZER__PERFORMANCE_BATCH_EVENTS": str(max(1, plan.event_count // 40)),
        "SURVEYOR_NORMALIZER__BATCH_WAIT_SECONDS": "0.2",
    }
    with ServiceProcess("normalizer", "NORMALIZER", environment, tmp_path / "normalizer.log") as process:
        yield process
