"""How far the group is behind, and whether it moves."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.kafka import client_options
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.metrics import CONSUMER_LAG
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings

CHECK = "kafka"
TIMEOUT_SECONDS = 5.0
EVERY_SECONDS = 10.0


class GroupLag:
    """Watches committed and end offsets over connections of its own; use it as an async context manager.

    Args:
        settings: Where the broker is.
        group: The consumer group.
        topics: What it reads.
        health: Where the check `kafka` shows a broker that does not answer.
        stuck_after_seconds: `is_moving` is False when there was lag, but no commit for so long.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Sequence[str],
        health: Health,
        stuck_after_seconds: float,
    ) -> None:
        self._settings = settings
        self._group = group
        self._topics = topics
        self._health = health
        self._stuck_after_seconds = stuck_after_seconds
        self._committed: dict[TopicPartition, int] = {}
        self._moved_at = time.monotonic()
        self._consumer: Any = None
        self._admin: Any = None

    async def __aenter__(self) -> Self:
        await retry_forever(self._connect, name=CHECK, health=self._health)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        await self._admin.close()

    def is_moving(self) -> bool:
        """Return False when the group stands still although it could go on.

        While broker or store do not answer, standing still is right, and a restart would not help.
        """
        waits_for_others = not self._health.ready()
        return waits_for_others or time.monotonic() - self._moved_at < self._stuck_after_seconds

    async def watch(self, stopping: Stopping) -> None:
        """Measure now and then until the process is to stop."""
        while not stopping.is_set():
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await self.measure()
            except (TimeoutError, KafkaError) as error:
                self._health.set(CHECK, False, f"{type(error).__name__}: {error}")
            else:
                self._health.set(CHECK, True)
            await stopping.sleep(EVERY_SECONDS)

    async def measure(self) -> int:
        """Return the lag over all partitions, and note whether the group moved."""
        partitions = [
            TopicPartition(topic, number)
            for topic in self._topics
            for number in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]
        ends = await self._consumer.end_offsets(partitions)
        answer = await self._admin.list_consumer_group_offsets(self._group)
        committed = {partition: max(0, place.offset) for partition, place in answer.items()}
        lag = 0
        for partition, end in ends.items():
            behind = max(0, end - committed.get(partition, 0))
            CONSUMER_LAG.labels(partition.topic, str(partition.partition), self._group).set(behind)
            lag += behind
        if lag == 0 or committed != self._committed or not self._health.ready():
            self._moved_at = time.monotonic()
        self._committed = committed
        return lag

    async def _connect(self) -> None:
        options = client_options(self._settings)
        consumer = AIOKafkaConsumer(*self._topics, **options, client_id=f"{self._group}-lag")
        admin = AIOKafkaAdminClient(**options, client_id=f"{self._group}-lag")
        try:
            await consumer.start()
            await admin.start()
        except KafkaError as error:
            await consumer.stop()
            await admin.close()
            raise RetryableError(f"{type(error).__name__}: {error}") from error
        await consumer.topics()
        consumer.unsubscribe()  # it only asks for offsets; the topics stay in its metadata
        self._consumer, self._admin = consumer, admin
