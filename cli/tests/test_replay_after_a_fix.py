"""A message that the running normalizer refuses, a normalizer that was mended, and `surveyor replay`."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from cli.tests.command import Cli

from devstack.fixtures.service import ServiceProcess
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.errors import RetryableError
from surveyor_kit.kafka import EventConsumer, EventPublisher, client_options
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.counters import VmwareCounter
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)
from surveyor_schemas.topics import TOPICS

pytestmark = [pytest.mark.parts, pytest.mark.slow]

WAIT_SECONDS = 90
SECONDS_AHEAD = 3 * 3600
"""Further than the normalizer's clock limit by default, and within the one that mends it."""


@pytest.fixture
async def group(kafka_settings: KafkaSettings) -> str:
    """A consumer group that starts behind what other tests have sent."""
    group = f"normalizer-{uuid4().hex[:8]}"
    consumer = AIOKafkaConsumer(**client_options(kafka_settings), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        names = ("discovery-raw", "performance-raw")
        partitions = [TopicPartition(name, n) for name in names for n in range(TOPICS[name].partitions)]
        consumer.assign(partitions)
        await consumer.commit(await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()
    return group


@pytest.fixture
def normalizer(environment: dict[str, str], group: str, tmp_path: Path) -> Iterator[ServiceProcess]:
    """The real process, not started yet."""
    settings = environment | {
        "SURVEYOR_NORMALIZER__GROUP": group,
        "SURVEYOR_NORMALIZER__DATA_DIR": str(tmp_path / "faust"),
        "SURVEYOR_NORMALIZER__SESSION_TIMEOUT_SECONDS": "6",
    }
    with ServiceProcess("normalizer", "NORMALIZER", settings, tmp_path / "normalizer.log") as process:
        yield process


def a_batch_from_the_future() -> PerformanceSampled:
    now = datetime.now(UTC)
    series = CounterSeries(counter=VmwareCounter.CPU_USAGE, instance="", values=[4200.0])
    sampled_at = int(now.timestamp()) // 20 * 20 + SECONDS_AHEAD
    return PerformanceSampled(
        source_id=f"source-{uuid4().hex[:8]}",
        source_kind="vmware",
        collector_id="test",
        run_id=uuid4(),
        batch_no=1,
        collected_at=now,
        generated=False,
        machines=[
            MachineSamples(machine_id=uuid4(), interval_seconds=20, timestamps=[sampled_at], series=[series])
        ],
    )


async def until_dead_lettered(settings: KafkaSettings, key: bytes) -> None:
    async with (
        asyncio.timeout(WAIT_SECONDS),
        EventConsumer(settings, ["performance-raw-dlq"], client_id="test") as consumer,
    ):
        async for batch in consumer:
            if any(event.key == key for event in batch):
                return


async def until_stored(store: ClickHouse, machine_id: UUID) -> list[float]:
    async def ask() -> list[float]:
        sql = "SELECT value FROM samples WHERE machine_id = {id:UUID}"
        rows = await store.query_rows(sql, {"id": str(machine_id)})
        if not rows:
            raise RetryableError("not stored yet")
        return [row["value"] for row in rows]

    async with asyncio.timeout(WAIT_SECONDS):
        return await retry_forever(ask, name="test", cap_seconds=0.5)


async def test_what_a_consumer_refused_is_consumed_after_it_was_mended(
    normalizer: ServiceProcess,
    surveyor: Cli,
    environment: dict[str, str],
    publisher: EventPublisher,
    store: ClickHouse,
    kafka_settings: KafkaSettings,
) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    batch = a_batch_from_the_future()
    words = ("replay", "--topic", "performance-raw", "--reason", "clock-limit", "--since", since, "--json")

    normalizer.start()
    await publisher.publish(batch)
    await until_dead_lettered(kafka_settings, batch.source_id.encode())
    assert normalizer.stop() == 0

    normalizer.start(SURVEYOR_NORMALIZER__CLOCK_FUTURE_SECONDS=str(2 * SECONDS_AHEAD))
    ended = surveyor(*words, env=environment)
    assert [letter["key"] for letter in ended.json()["letters"]] == [batch.source_id]
    assert await until_stored(store, batch.machines[0].machine_id) == [42.0]
    assert surveyor(*words, env=environment).json()["letters"] == []
    assert normalizer.stop() == 0
