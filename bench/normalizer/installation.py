"""A broker with a topic full of samples, a store, and how much processor time it takes."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from devstack.clickhouse_front import ClickHouse as Front
from devstack.fixtures.broker import running_kafka
from devstack.ledger import Ledger, LoadPlan
from devstack.ledger.load import MACHINES_PER_EVENT, SAMPLES_PER_EVENT
from devstack.supervise import Stack
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, TopicAdmin
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.codec import encode
from surveyor_schemas.topics import TOPICS

PUBLISHED_AT_ONCE = 20
WINDOWS = 5


@dataclass
class Installation:
    """What both contestants are given."""

    directory: Path
    kafka: KafkaSettings
    front: Front
    store_process: psutil.Process
    events: int = 0
    samples: int = 0
    bytes_sent: int = 0

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[ClickHouse]:
        """Give an empty database with all tables, dropped afterwards."""
        settings = ClickHouseSettings(
            url=self.front.url,
            username=self.front.username,
            password=self.front.password,
            database=f"bench_{secrets.token_hex(4)}",
        )
        async with ClickHouse(settings) as store:
            await migrate(store)
            yield store
            await store.command(f"DROP DATABASE {settings.database}")

    def store_cpu_seconds(self) -> float:
        """Return the processor time that the store has taken so far."""
        return cpu_seconds(self.store_process)


def cpu_seconds(process: psutil.Process) -> float:
    """Return a process's processor time, user and system."""
    times = process.cpu_times()
    return float(times.user + times.system)


@contextlib.asynccontextmanager
async def installation(directory: Path, events: int, seed: int) -> AsyncIterator[Installation]:
    """Start broker and store and fill `performance-raw`."""
    front = Front.on_free_port(directory / "clickhouse")
    with running_kafka(directory) as broker, Stack([front.process()], directory / "logs"):
        kafka = KafkaSettings(bootstrap_servers=broker.bootstrap_servers)
        parts = Installation(directory, kafka, front, process_listening_at(front.port))
        async with TopicAdmin(kafka) as admin:
            await admin.ensure(TOPICS)
        await fill_topic(parts, events, seed)
        yield parts


async def fill_topic(parts: Installation, events: int, seed: int) -> None:
    """Publish `events` batches of 50 machines, 15 samples and 12 series."""
    plan = LoadPlan(
        seed=seed,
        machines=-(-events // WINDOWS) * MACHINES_PER_EVENT,
        minutes=WINDOWS * SAMPLES_PER_EVENT * 20 // 60,
        start_at=datetime.now(UTC) - timedelta(hours=1),
        only="vmware",
    )
    ledger = Ledger(plan.interval_seconds)
    async with EventPublisher(parts.kafka, client_id="bench") as publisher:
        for batch in plan.batches(ledger):
            message = encode(batch)
            await publisher.publish_raw(message.topic, message.key, message.value, message.headers)
            parts.events += 1
            parts.bytes_sent += len(message.value)
    parts.samples = ledger.sample_count()


def process_listening_at(port: int) -> psutil.Process:
    """Return the process that serves a port of this machine."""
    for each in psutil.net_connections("tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid:
            return psutil.Process(each.pid)
    raise LookupError(f"nobody listens at port {port}")
