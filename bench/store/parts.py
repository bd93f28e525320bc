"""A broker and a store of the benchmark's own."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from bench.normalizer.installation import cpu_seconds, process_listening_at

from devstack.clickhouse_front import ClickHouse as Front
from devstack.fixtures.broker import running_kafka
from devstack.supervise import Stack
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.topics import TOPICS

DATABASE = "surveyor"


@dataclass(frozen=True)
class Parts:
    """Where they are, and what the store has taken."""

    directory: Path
    kafka: KafkaSettings
    clickhouse: ClickHouseSettings
    store_process: psutil.Process

    def store_cpu_seconds(self) -> float:
        """Return the processor time that the store has taken so far."""
        return cpu_seconds(self.store_process)


@contextlib.asynccontextmanager
async def running_parts(directory: Path) -> AsyncIterator[Parts]:
    """Start both, with topics and without tables."""
    front = Front.on_free_port(directory / "clickhouse")
    with running_kafka(directory) as broker, Stack([front.process()], directory / "logs"):
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
        clickhouse = ClickHouseSettings.model_validate(
            {"url": front.url, "database": DATABASE, "username": front.username, "password": front.password}
        )
        async with TopicAdmin(kafka) as admin:
            await admin.ensure(TOPICS)
        yield Parts(directory, kafka, clickhouse, process_listening_at(front.port))
