"""The normalizer killed in the middle of a load, compared sample by sample with what was sent."""

import asyncio
import copy
import signal
import time
from typing import Any, Protocol

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from devstack.fixtures.service import ServiceProcess
from devstack.ledger import Ledger, LoadPlan, check_roll_ups, check_samples
from devstack.ledger.checker import ROLL_UP_TABLES, SAMPLES_STATEMENT, roll_up_statement
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, client_options
from surveyor_schemas.topics import TOPICS

pytestmark = [pytest.mark.parts, pytest.mark.slow, pytest.mark.timeout(1200)]

CRASH_POINTS = ("before_insert", "after_insert", "before_ack")
BATCHES_BEFORE_CRASH = 5
CRASH_TIMEOUT_SECONDS = 180.0
CATCH_UP_TIMEOUT_SECONDS = 600.0


class Installed(Protocol):
    """What the fixture `installation` gives."""

    kafka: Any
    store: ClickHouse
    group: str


class Offsets:
    """Committed and end offsets of the samples' topic."""

    def __init__(self, installation: Installed) -> None:
        self._installation = installation

    async def committed(self) -> int:
        """Return the sum of the group's committed offsets; the topic starts at 0."""
        admin = AIOKafkaAdminClient(**client_options(self._installation.kafka))
        await admin.start()
        try:
            places = await admin.list_consumer_group_offsets(self._installation.group)
        finally:
            await admin.close()
        return sum(
            max(0, place.offset)
            for partition, place in places.items()
            if partition.topic == "performance-raw"
        )

    async def end(self) -> int:
        """Return the sum of the end offsets."""
        consumer = AIOKafkaConsumer(**client_options(self._installation.kafka))
        await consumer.start()
        try:
            partitions = [
                TopicPartition("performance-raw", number)
                for number in range(TOPICS["performance-raw"].partitions)
            ]
            ends = await consumer.end_offsets(partitions)
        finally:
            await consumer.stop()
        return sum(ends.values())


async def test_kills_at_every_crash_point_lose_and_double_nothing(
    installation: Installed, normalizer: ServiceProcess, plan: LoadPlan
) -> None:
    await installation.store.command("SYSTEM STOP MERGES performance_samples")  # duplicates stay countable
    ledger = Ledger(plan.interval_seconds)
    sent = await send(plan, ledger, installation)
    offsets = Offsets(installation)

    committed = 0
    for point in CRASH_POINTS:
        normalizer.spawn(SURVEYOR_CRASH_AT=f"{point}:{BATCHES_BEFORE_CRASH}")
        code = await asyncio.to_thread(normalizer.wait, CRASH_TIMEOUT_SECONDS)
        assert code == -signal.SIGKILL, normalizer.log_tail()
        before, committed = committed, await offsets.committed()
        lag = sent - committed
        print(f"killed at {point}: committed {committed} of {sent}, lag {lag}")
        assert lag > 0
        assert committed > before, "no commit between two kills"

    await catch_up(normalizer, offsets, sent)
    assert normalizer.stop() == 0

    observed = await installation.store.query_rows(SAMPLES_STATEMENT)
    findings = check_samples(ledger, observed)
    assert not findings, (plan.seed, findings)
    slots = await roll_ups(installation.store)
    assert not (wrong := check_roll_ups(ledger, slots)), (plan.seed, wrong)
    duplicates = await physical_samples(installation.store) - ledger.sample_count()
    print(f"{ledger.sample_count()} samples, {len(slots)} slots, {duplicates} physical duplicates")
    assert duplicates > 0
    await every_batch_is_noted(installation.store, sent)
    planted_errors_are_caught(ledger, observed)


async def send(plan: LoadPlan, ledger: Ledger, installation: Installed) -> int:
    """Publish the whole load, each message acknowledged; return the number of messages."""
    count = 0
    async with EventPublisher(installation.kafka, client_id="ledger") as publisher:
        waiting: set[asyncio.Task[Any]] = set()
        for message in plan.messages(ledger):
            publish = publisher.publish_raw(message.topic, message.key, message.value, message.headers)
            waiting.add(asyncio.create_task(publish))
            count += 1
            if len(waiting) >= 20:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        for task in waiting:
            await task
    return count


async def catch_up(normalizer: ServiceProcess, offsets: Offsets, sent: int) -> None:
    """Run without faults until everything is committed."""
    normalizer.spawn()
    deadline = time.monotonic() + CATCH_UP_TIMEOUT_SECONDS
    while await offsets.committed() < await offsets.end():
        assert time.monotonic() < deadline, normalizer.log_tail()
        await asyncio.sleep(0.5)
    assert await offsets.end() == sent


async def roll_ups(store: ClickHouse) -> list[dict[str, Any]]:
    return [
        row
        for table, metrics in ROLL_UP_TABLES.items()
        for metric in metrics
        for row in await store.query_rows(roll_up_statement(table, metric))
    ]


async def physical_samples(store: ClickHouse) -> int:
    """Return how many samples lie in the table, repeats included."""
    (row,) = await store.query_rows("SELECT sum(length(sampled_at)) AS stored FROM performance_samples")
    return int(row["stored"])


async def every_batch_is_noted(store: ClickHouse, sent: int) -> None:
    (row,) = await store.query_rows("SELECT count() AS batches FROM ingested_batches FINAL")
    assert row["batches"] == sent


def planted_errors_are_caught(ledger: Ledger, observed: list[dict[str, Any]]) -> None:
    """A deleted, a doubled and an altered sample: the checker must see each of them."""
    deleted, doubled, altered = (copy.deepcopy(observed[:1]) + observed[1:] for _ in range(3))
    deleted[0]["samples"] = deleted[0]["samples"][1:]
    doubled[0]["samples"] = [*doubled[0]["samples"], doubled[0]["samples"][0]]
    sampled_at, value = altered[0]["samples"][0]
    altered[0]["samples"] = [(sampled_at, value + 1), *altered[0]["samples"][1:]]
    assert check_samples(ledger, deleted).lost == 1
    assert check_samples(ledger, doubled).doubled == 1
    assert check_samples(ledger, altered).wrong == 1
