"""Keeps the control database's runs as `assessment-events` tells."""

from sqlalchemy.exc import DBAPIError

from query_api.assessments.service import AssessmentService
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventConsumer, Publisher, ReceivedEvent, decode_received
from surveyor_kit.metrics import EVENTS_CONSUMED
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.assessments.run_event import RunEvent

TOPIC = "assessment-events"
SESSION_TIMEOUT_SECONDS = 10.0
"""Handling takes milliseconds; after a crash another replica, or the next start, takes over this soon."""


class AssessmentFollower:
    """Consumes `assessment-events` in the replicas' group: each event is applied once by some replica."""

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        assessments: AssessmentService,
        publisher: Publisher,
        health: Health,
    ) -> None:
        self._settings = settings
        self._group = group
        self._assessments = assessments
        self._dead_letters = DeadLetters(publisher, group)
        self._health = health

    async def run(self) -> None:
        """Consume until cancelled."""
        consumer = EventConsumer(
            self._settings,
            [TOPIC],
            client_id="query-api",
            group=self._group,
            session_timeout_seconds=SESSION_TIMEOUT_SECONDS,
            health=self._health,
        )
        async with consumer:
            async for batch in consumer:
                for received in batch:
                    await self.handle(received)
                await consumer.commit(batch)

    async def handle(self, received: ReceivedEvent) -> None:
        """Apply one message; what breaks its contract is dead-lettered."""
        try:
            event = decode_received(received)
        except InvalidMessage as error:
            await self._dead_letters.send(received, error.reason, type(error).__name__, error.detail)
            return
        if isinstance(event, RunEvent):
            await retry_forever(
                lambda: self._assessments.apply(event),
                name="control_database",
                retryable=(DBAPIError, OSError),
                health=self._health,
            )
        self._dead_letters.record_ok()
        EVENTS_CONSUMED.labels(received.topic, self._group).inc()
