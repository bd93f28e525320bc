"""Publish events: idempotent, acknowledged by all replicas, repeated until the broker has them."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.kafka.options import client_options, is_passing, is_refusal
from surveyor_kit.kafka.records import Acknowledged, Headers, OutgoingRecord, check_size
from surveyor_kit.logging import get_logger
from surveyor_kit.metrics import EVENTS_PUBLISHED
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.tracing import inject_headers
from surveyor_schemas.base import Event
from surveyor_schemas.codec import EncodedEvent, encode
from surveyor_schemas.topics import MAX_MESSAGE_BYTES

log = get_logger(__name__)

CHECK = "kafka_publisher"
BATCH_BYTES = 262_144
LINGER_MS = 5
SLOW_SECONDS = 5.0
"""After this long without an acknowledgement the publisher's check fails."""
STOP_SECONDS = 10.0
DEAD_LETTER_ALLOWANCE_BYTES = 65_536
"""A dead letter is the whole message plus headers, so raw messages may be larger by this."""


class EventPublisher:
    """Publishes to Kafka; use it as an async context manager.

    A call returns when the broker has acknowledged everything, and repeats what passes for as long as
    it takes: cancel the call to give up. Within one call the events of one key stay in order: after a
    failure everything of that key from the failed event on is sent again, so that the last one written
    is the last one given. Delivery is at least once.

    Args:
        settings: Where the broker is.
        client_id: How the broker's logs and quotas name this client.
        health: Where the check `kafka_publisher` shows a broker that does not answer.
    """

    def __init__(self, settings: KafkaSettings, *, client_id: str, health: Health | None = None) -> None:
        self._settings = settings
        self._client_id = client_id
        self._health = health
        self._producer: Any = None
        self._connecting = asyncio.Lock()
        self._retired: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await retry_forever(self._connected, name=CHECK, health=self._health)
        return self

    async def __aexit__(self, *_: object) -> None:
        stopping = set(self._retired)
        if self._producer is not None:
            stopping.add(asyncio.create_task(self._producer.stop()))
            self._producer = None
        if stopping:
            _done, late = await asyncio.wait(stopping, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    async def publish(self, event: Event) -> Acknowledged:
        """Publish one event to its topic."""
        (acknowledged,) = await self.publish_many([event])
        return acknowledged

    async def publish_many(self, events: Sequence[Event | EncodedEvent]) -> list[Acknowledged]:
        """Publish events, those of one key in the given order.

        Raises:
            EventTooLarge: One of them is over 1 MiB; none was sent.
        """
        records = [record_of(event) for event in events]
        check_size(records)
        return await self._publish_records(records)

    async def publish_raw(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers = ()
    ) -> Acknowledged:
        """Publish bytes as they are."""
        record = OutgoingRecord(topic, key, value, inject_headers(headers))
        check_size([record], MAX_MESSAGE_BYTES + DEAD_LETTER_ALLOWANCE_BYTES)
        (acknowledged,) = await self._publish_records([record])
        return acknowledged

    async def tombstone(self, topic: str, key: bytes) -> Acknowledged:
        """Publish that nothing is left under `key` of a compacted topic."""
        return await self.publish_raw(topic, key, None)

    async def _publish_records(self, records: Sequence[OutgoingRecord]) -> list[Acknowledged]:
        done: dict[int, Acknowledged] = {}

        async def attempt() -> None:
            await self._send_missing(records, done)

        with self._slowness_shown():
            await retry_forever(attempt, name=CHECK, health=self._health)
        for record in records:
            EVENTS_PUBLISHED.labels(record.topic).inc()
        return [done[index] for index in range(len(records))]

    async def _send_missing(self, records: Sequence[OutgoingRecord], done: dict[int, Acknowledged]) -> None:
        """Send once what is not in `done`, and note there what arrived without a gap before it."""
        missing = [index for index in range(len(records)) if index not in done]
        producer = await self._connected()
        outcomes = await _send(producer, [records[index] for index in missing])
        failed_keys: set[tuple[str, bytes | None]] = set()
        failure: KafkaError | None = None
        for index, outcome in zip(missing, outcomes, strict=True):
            key = (records[index].topic, records[index].key)
            if isinstance(outcome, KafkaError):
                failure = failure or outcome
                failed_keys.add(key)
            elif key not in failed_keys:
                done[index] = outcome
        if failure is not None:
            self._give_up_attempt(producer, failure)

    def _give_up_attempt(self, producer: AIOKafkaProducer, failure: KafkaError) -> None:
        if is_refusal(failure):
            raise failure
        if not is_passing(failure):
            # A lost sequence number or producer id never heals; a new producer gets a new id.
            self._retire(producer)
        raise RetryableError(f"{type(failure).__name__}: {failure}") from failure

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                self._producer = await self._start()
            return self._producer

    async def _start(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **client_options(self._settings),
            client_id=self._client_id,
            enable_idempotence=True,
            acks="all",
            compression_type="zstd",
            max_batch_size=BATCH_BYTES,
            max_request_size=MAX_MESSAGE_BYTES + DEAD_LETTER_ALLOWANCE_BYTES,
            linger_ms=LINGER_MS,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            if is_refusal(error):
                raise
            raise RetryableError(f"{type(error).__name__}: {error}") from error
        return producer

    def _retire(self, producer: AIOKafkaProducer) -> None:
        """Stop using a producer; what others still have in it gets time to arrive or fail."""
        if self._producer is producer:
            self._producer = None
            log.warning("kafka_producer_replaced", client_id=self._client_id)
            task = asyncio.create_task(producer.stop())
            self._retired.add(task)
            task.add_done_callback(self._retired.discard)

    @contextlib.contextmanager
    def _slowness_shown(self) -> Iterator[None]:
        """Fail the check while nothing is acknowledged: the library itself repeats without a word."""

        def report() -> None:
            log.warning("kafka_not_acknowledging", waited_seconds=SLOW_SECONDS)
            if self._health is not None:
                self._health.set(CHECK, False, f"no acknowledgement for {SLOW_SECONDS:.0f} s")

        timer = asyncio.get_running_loop().call_later(SLOW_SECONDS, report)
        try:
            yield
        finally:
            timer.cancel()


async def _send(
    producer: AIOKafkaProducer, records: Sequence[OutgoingRecord]
) -> list[Acknowledged | KafkaError]:
    """Send records in order and return what became of each; none is sent behind one that could not be."""
    waiting: list[asyncio.Future[object]] = []
    refused: KafkaError | None = None
    for record in records:
        try:
            waiting.append(
                await producer.send(record.topic, record.value, record.key, headers=list(record.headers))
            )
        except KafkaError as error:
            refused = error
            break
    results = await asyncio.gather(*waiting, return_exceptions=True)
    outcomes = [_outcome(result) for result in results]
    unsent: list[Acknowledged | KafkaError] = [refused] * (len(records) - len(waiting)) if refused else []
    return outcomes + unsent


def _outcome(result: object) -> Acknowledged | KafkaError:
    if isinstance(result, KafkaError):
        return result
    if isinstance(result, BaseException):
        raise result
    return Acknowledged(result.topic, result.partition, result.offset)  # type: ignore[attr-defined]  # untyped


def record_of(event: Event | EncodedEvent) -> OutgoingRecord:
    """Return the message of an event, with the current trace's context."""
    encoded = event if isinstance(event, EncodedEvent) else encode(event)
    return OutgoingRecord(encoded.topic, encoded.key, encoded.value, inject_headers(encoded.headers))
