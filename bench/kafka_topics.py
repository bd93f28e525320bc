"""The catalogue's topics on a benchmark's broker."""

from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import TOPICS


async def create_topics(kafka: KafkaSettings) -> None:
    """Create what is missing."""
    async with TopicAdmin(kafka) as admin:
        await admin.ensure(TOPICS)
