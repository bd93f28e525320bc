"""Read the state that a compacted topic holds, up to where it ended when the reading began."""

from collections.abc import AsyncIterator, Sequence

from surveyor_kit.kafka.consumer import EventConsumer
from surveyor_kit.kafka.records import ReceivedEvent
from surveyor_kit.settings import KafkaSettings


async def read_compacted(
    settings: KafkaSettings, topics: Sequence[str], *, client_id: str
) -> AsyncIterator[ReceivedEvent]:
    """Yield every message that the topics hold now, each partition in offset order, then end.

    Compaction may not have run yet: one key can come several times, and the last one counts. A value of
    None says that the key is gone.
    """
    async with EventConsumer(settings, topics, client_id=client_id) as consumer:
        ends = await consumer.end_offsets()
        while not await consumer.has_reached(ends):
            for event in await consumer.poll():
                if event.offset < ends[event.topic, event.partition]:
                    yield event
