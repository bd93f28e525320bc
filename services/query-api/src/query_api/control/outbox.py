"""Events that leave with the transaction that they tell of: never lost, never told of what was undone."""

import asyncio

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from query_api.control.database import ControlDatabase
from query_api.control.publishing import BackgroundPublisher
from query_api.control.tables import OutgoingEvent
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_schemas.base import Event
from surveyor_schemas.codec import encode

BATCH = 100
PUBLISH_TIMEOUT_SECONDS = 20.0
CHECK = "outbox"
TURN = 0x53_52_4F_42
"""The lock of the replica that publishes, a number of our own."""


class Outbox(BackgroundPublisher):
    """Takes events into transactions and publishes them in their order once those are committed."""

    def __init__(self, database: ControlDatabase, publisher: Publisher, health: Health) -> None:
        super().__init__(CHECK, BATCH, health)
        self._database = database
        self._publisher = publisher

    def put(self, session: AsyncSession, event: Event) -> None:
        """Publish `event` if the session's transaction is committed; call `wake` after that."""
        encoded = encode(event)
        headers = [[name, value.decode()] for name, value in encoded.headers]
        session.add(OutgoingEvent(topic=encoded.topic, key=encoded.key, value=encoded.value, headers=headers))

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
