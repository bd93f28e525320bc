"""Consume events in batches; offsets are committed only when the caller says so."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.kafka.options import client_options, is_refusal
from surveyor_kit.kafka.records import ReceivedEvent
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import CONSUMER_LAG
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings

log = get_logger(__name__)

CHECK = "kafka_consumer"
CHECK_EVERY_SECONDS = 10.0
CHECK_TIMEOUT_SECONDS = 3.0

Start = Literal["beginning", "end"] | datetime


class EventConsumer:
    """Reads topics; use it as an async context manager and iterate over batches.

    With a `group`, partitions are shared with the group's other members, and reading starts at the
    group's commit, or at the beginning where there is none. Without one, all partitions are read from
    `start` on, and nothing is ever committed. A batch holds the messages of each partition in offset
    order, partitions one after another. The next batch is read when the caller asks for it: slow
    handling holds reading back.

    Args:
        settings: Where the broker is.
        topics: What to read; the topics must exist.
        client_id: How the broker and the metrics name this consumer.
        group: The consumer group, None to read for oneself.
        start: Where reading without a group begins; a time means the first message sent at or after it.
        max_records: The most messages in one batch.
        session_timeout_seconds: After this long without a sign of life the group takes the partitions.
        health: Where the check `kafka_consumer` shows a broker that does not answer.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topics: Sequence[str],
        *,
        client_id: str,
        group: str | None = None,
        start: Start = "beginning",
        max_records: int = 500,
        session_timeout_seconds: float = 30.0,
        health: Health | None = None,
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._client_id = client_id
        self._name = group or client_id
        self._group = group
        self._start = start
        self._max_records = max_records
        self._session_timeout_seconds = session_timeout_seconds
        self._health = health
        self._next_check_at = 0.0
        self._consumer: Any = None

    async def __aenter__(self) -> Self:
        self._consumer = await retry_forever(self._connect, name=CHECK, health=self._health)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def __aiter__(self) -> AsyncIterator[list[ReceivedEvent]]:
        while True:
            batch = await self.poll()
            if batch:
                yield batch

    async def poll(self, timeout_seconds: float = 1.0) -> list[ReceivedEvent]:
        """Return the next batch, empty when nothing came in time."""
        records = await self._consumer.getmany(
            timeout_ms=int(timeout_seconds * 1000), max_records=self._max_records
        )
        await self._check_now_and_then()
        return [_received(record) for read in records.values() for record in read]

    async def commit(self, batch: Sequence[ReceivedEvent]) -> None:
        """Commit that this batch is done with; only for members of a group.

        A partition that the group has meanwhile given to another member is not committed: its messages
        will be delivered again, there.
        """
        offsets: dict[TopicPartition, int] = {}
        for event in batch:
            partition = TopicPartition(event.topic, event.partition)
            offsets[partition] = max(event.offset + 1, offsets.get(partition, 0))

        async def commit() -> None:
            try:
                await self._consumer.commit(offsets)
            except (CommitFailedError, IllegalStateError) as error:
                log.warning("commit_overtaken_by_rebalance", group=self._group, error=str(error))
            except KafkaError as error:
                raise _translated(error) from error

        await retry_forever(commit, name=CHECK, health=self._health)

    def assignment(self) -> frozenset[tuple[str, int]]:
        """Return the partitions that are this consumer's now, as topic and partition."""
        return frozenset((place.topic, place.partition) for place in self._consumer.assignment())

    def seek(self, offsets: Mapping[tuple[str, int], int]) -> None:
        """Continue at these offsets, by topic and partition; unknown partitions are left alone."""
        assigned = self._consumer.assignment()
        for (topic, partition), offset in offsets.items():
            if TopicPartition(topic, partition) in assigned:
                self._consumer.seek(TopicPartition(topic, partition), offset)

    async def end_offsets(self) -> dict[tuple[str, int], int]:
        """Return where each assigned partition ends now, by topic and partition."""

        async def ask() -> dict[TopicPartition, int]:
            try:
                ends: dict[TopicPartition, int] = await self._consumer.end_offsets(
                    self._consumer.assignment()
                )
            except KafkaError as error:
                raise _translated(error) from error
            return ends

        ends = await retry_forever(ask, name=CHECK, health=self._health)
        return {(partition.topic, partition.partition): end for partition, end in ends.items()}

    async def has_reached(self, offsets: Mapping[tuple[str, int], int]) -> bool:
        """Return whether everything below these offsets was read (or is there no more)."""
        for (topic, partition), offset in offsets.items():
            if await self._consumer.position(TopicPartition(topic, partition)) < offset:
                return False
        return True

    async def _connect(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            *self._topics,
            **client_options(self._settings),
            client_id=self._client_id,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=int(self._session_timeout_seconds * 1000),
            heartbeat_interval_ms=int(self._session_timeout_seconds * 1000 / 5),
        )
        try:
            await consumer.start()
            if self._group is None:
                await self._go_to_start(consumer)
        except KafkaError as error:
            await consumer.stop()
            raise _translated(error) from error
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _go_to_start(self, consumer: AIOKafkaConsumer) -> None:
        partitions = consumer.assignment()
        for partition in partitions:
            # Until the library has its own first position, it would overwrite ours.
            await consumer.position(partition)
        if self._start == "beginning":
            return
        offsets = await consumer.end_offsets(partitions)
        if isinstance(self._start, datetime):
            offsets |= await _offsets_at(consumer, self._start)
        for partition, offset in offsets.items():
            consumer.seek(partition, offset)

    async def _check_now_and_then(self) -> None:
        """Measure the lag, and learn whether the broker answers: reading itself never tells."""
        if time.monotonic() < self._next_check_at:
            return
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_SECONDS):
                await self._measure_lag()
        except (TimeoutError, KafkaError) as error:
            self._report(False, f"{type(error).__name__}: {error}")
        else:
            self._report(True)
        self._next_check_at = time.monotonic() + CHECK_EVERY_SECONDS

    async def _measure_lag(self) -> None:
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        for partition, end in ends.items():
            position = await self._consumer.position(partition)
            labels = (partition.topic, str(partition.partition), self._name)
            CONSUMER_LAG.labels(*labels).set(max(0, end - position))

    def _report(self, ok: bool, detail: str = "") -> None:
        if self._health is not None:
            self._health.set(CHECK, ok, detail)


async def _offsets_at(consumer: AIOKafkaConsumer, start: datetime) -> dict[TopicPartition, int]:
    """Return the offsets of the first messages sent at or after `start`, where there are any."""
    timestamp_ms = int(start.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(consumer.assignment(), timestamp_ms))
    return {partition: place.offset for partition, place in found.items() if place is not None}


def _received(record: Any) -> ReceivedEvent:
    return ReceivedEvent(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
        timestamp=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )


def _translated(error: KafkaError) -> Exception:
    return error if is_refusal(error) else RetryableError(f"{type(error).__name__}: {error}")
