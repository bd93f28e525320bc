"""Sends a load: many messages under way at a time, each acknowledged before the end."""

import asyncio
from collections.abc import Iterable

from devstack.ledger import LoadPlan, Totals
from surveyor_kit.kafka import EventPublisher
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.codec import EncodedEvent

UNDER_WAY = 50


async def publish(plan: LoadPlan, kafka: KafkaSettings, totals: Totals) -> None:
    """Publish the whole load and count it in `totals`; returns when the broker has all of it."""
    await publish_messages(plan.messages(totals=totals), kafka)


async def publish_messages(messages: Iterable[EncodedEvent], kafka: KafkaSettings) -> None:
    """Publish messages, about in their order; order is of no meaning on this topic."""
    async with EventPublisher(kafka, client_id="load") as publisher:
        room = asyncio.Semaphore(UNDER_WAY)

        async def send(message: EncodedEvent) -> None:
            try:
                await publisher.publish_raw(message.topic, message.key, message.value, message.headers)
            finally:
                room.release()

        async with asyncio.TaskGroup() as tasks:
            for message in messages:
                await room.acquire()
                tasks.create_task(send(message))
                await asyncio.sleep(0)  # making a message takes a while: what is under way gets its turn
