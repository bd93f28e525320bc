"""Events that leave with the transaction that they tell of: never lost, never told of what was undone."""

import asyncio

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.database import ControlDatabase
from query_api.control.tables import OutgoingEvent
from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.logging import get_logger
from surveyor_schemas.base import Event
from surveyor_schemas.codec import encode

log = get_logger(__name__)

BATCH = 100
PUBLISH_TIMEOUT_SECONDS = 20.0
IDLE_SECONDS = 5.0
"""How long an event waits at most when another replica wrote it and then ended."""
RETRY_SECONDS = 1.0
CHECK = "outbox"
TURN = 0x53_52_4F_42
"""The lock of the replica that publishes, a number of our own."""


class Outbox:
    """Takes events into transactions and publishes them in their order once those are committed."""

    def __init__(self, database: ControlDatabase, publisher: Publisher, health: Health) -> None:
        self._database = database
        self._publisher = publisher
        self._health = health
        self._filled = asyncio.Event()

    def put(self, session: AsyncSession, event: Event) -> None:
        """Publish `event` if the session's transaction is committed; call `wake` after that."""
        encoded = encode(event)
        headers = [[name, value.decode()] for name, value in encoded.headers]
        session.add(OutgoingEvent(topic=encoded.topic, key=encoded.key, value=encoded.value, headers=headers))

    def wake(self) -> None:
        """Say that a transaction with events was committed."""
        self._filled.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            try:
                sent = await self.publish_waiting()
            except (RetryableError, TimeoutError, DBAPIError, OSError) as error:
                log.warning("outbox_waiting", error_type=type(error).__name__)
                self._health.set(CHECK, False, f"events wait to be published: {type(error).__name__}")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._health.set(CHECK, True)
            if sent < BATCH:
                await self._until_filled()

    async def publish_waiting(self) -> int:
        """Publish the oldest waiting events and forget them; return how many.

        Replicas take turns, so that events of one key leave in order. No transaction is open meanwhile: a
        broker that does not answer must not hold up those who write. A crash in between publishes events
        again, under the same ids.
        """
        async with self._database.alone(TURN) as is_our_turn:
            events = await self._waiting() if is_our_turn else []
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                for event in events:
                    headers = [(name, value.encode()) for name, value in event.headers]
                    await self._publisher.publish_raw(event.topic, event.key, event.value, headers)
            await self._forget(events)
        return len(events)

    async def _waiting(self) -> list[OutgoingEvent]:
        async with self._database.reading() as session:
            return list(await session.scalars(select(OutgoingEvent).order_by(OutgoingEvent.id).limit(BATCH)))

    async def _forget(self, events: list[OutgoingEvent]) -> None:
        if not events:
            return
        published = [event.id for event in events]
        async with self._database.writing() as session:
            await session.execute(delete(OutgoingEvent).where(OutgoingEvent.id.in_(published)))

    async def _until_filled(self) -> None:
        try:
            await asyncio.wait_for(self._filled.wait(), IDLE_SECONDS)
        except TimeoutError:
            return
        self._filled.clear()
