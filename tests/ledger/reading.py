"""What tests of the ledger share: sending a load, offsets, and reading back what came of it."""

import asyncio
import copy
from collections.abc import Iterable
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from devstack.ledger import Ledger, check_roll_ups, check_samples
from devstack.ledger.checker import ROLL_UP_TABLES, roll_up_statement
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher, client_options
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.codec import EncodedEvent

TOPIC = "performance-raw"
SENT_AT_ONCE = 20
COORDINATOR_TIMEOUT_SECONDS = 60.0


class Installed(Protocol):
    """What the fixture `installation` gives."""

    kafka: KafkaSettings
    store: ClickHouse
    group: str


class Offsets:
    """Committed and end offsets of the samples' topic."""

    def __init__(self, installation: Installed) -> None:
        self._installation = installation

    async def committed(self) -> int:
        """Return the sum of the group's committed offsets; the topic starts at 0."""
        async with asyncio.timeout(COORDINATOR_TIMEOUT_SECONDS):
            while True:
                try:
                    return await self._committed()
                except KafkaError as error:
                    if not error.retriable:
                        raise
                    await asyncio.sleep(
                        0.2
                    )  # the broker has just started, or the group's topic is being made

    async def _committed(self) -> int:
        admin = AIOKafkaAdminClient(**client_options(self._installation.kafka))
        await admin.start()
        try:
            places = await admin.list_consumer_group_offsets(self._installation.group)
        finally:
            await admin.close()
        return sum(max(0, place.offset) for partition, place in places.items() if partition.topic == TOPIC)

    async def end(self, topic: str = TOPIC) -> int:
        """Return the sum of the end offsets."""
        async with AIOKafkaConsumer(topic, **client_options(self._installation.kafka)) as consumer:
            numbers = consumer.partitions_for_topic(topic) or set()
            ends = await consumer.end_offsets([TopicPartition(topic, number) for number in numbers])
        return sum(ends.values())


async def send(messages: Iterable[EncodedEvent], kafka: KafkaSettings) -> int:
    """Publish messages, each acknowledged; return their number."""
    count = 0
    async with EventPublisher(kafka, client_id="ledger") as publisher:
        waiting: set[asyncio.Task[Any]] = set()
        for message in messages:
            publish = publisher.publish_raw(message.topic, message.key, message.value, message.headers)
            waiting.add(asyncio.create_task(publish))
            count += 1
            if len(waiting) >= SENT_AT_ONCE:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        for task in waiting:
            await task
    return count


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


def planted_errors_are_caught(
    ledger: Ledger, observed: list[dict[str, Any]], slots: list[dict[str, Any]]
) -> None:
    """A deleted, a doubled and an altered sample, a slot less, another peak: the checker must see each."""
    deleted, doubled, altered = (copy.deepcopy(observed[:1]) + observed[1:] for _ in range(3))
    deleted[0]["samples"] = deleted[0]["samples"][1:]
    doubled[0]["samples"] = [*doubled[0]["samples"], doubled[0]["samples"][0]]
    sampled_at, value = altered[0]["samples"][0]
    altered[0]["samples"] = [(sampled_at, value + 1), *altered[0]["samples"][1:]]
    assert check_samples(ledger, deleted).lost == 1
    assert check_samples(ledger, doubled).doubled == 1
    assert check_samples(ledger, altered).wrong == 1
    assert check_roll_ups(ledger, slots[1:]).lost == 1
    assert check_roll_ups(ledger, [slots[0] | {"largest": slots[0]["largest"] + 1}, *slots[1:]]).wrong == 1
