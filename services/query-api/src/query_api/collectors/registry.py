"""The newest heartbeat of every collector, kept in memory: the topic is small and compacted."""

from collections.abc import Sequence

from surveyor_kit.errors import InvalidMessage
from surveyor_kit.health import Health
from surveyor_kit.kafka import EventConsumer, ReceivedEvent, decode_received
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

log = get_logger(__name__)

TOPIC = "collector-status"


class CollectorRegistry:
    """Follows `collector-status` from its beginning."""

    def __init__(self, settings: KafkaSettings, health: Health) -> None:
        self._settings = settings
        self._health = health
        self._latest: dict[str, CollectorHeartbeat] = {}

    async def run(self) -> None:
        """Follow the topic until cancelled."""
        consumer = EventConsumer(
            self._settings, [TOPIC], client_id="query-api-collector-status", health=self._health
        )
        async with consumer:
            async for batch in consumer:
                for received in batch:
                    self.take(received)

    def take(self, received: ReceivedEvent) -> None:
        """Keep a heartbeat; a tombstone removes its collector."""
        if received.value is None:
            self._latest.pop((received.key or b"").decode(errors="replace"), None)
            return
        try:
            event = decode_received(received)
        except InvalidMessage as error:
            log.warning("heartbeat_skipped", offset=received.offset, reason=error.reason)
            return
        if isinstance(event, CollectorHeartbeat):
            self._latest[event.collector_id] = event

    def heartbeats(self) -> Sequence[CollectorHeartbeat]:
        """Return the newest heartbeat of each collector, by collector id."""
        return [self._latest[collector_id] for collector_id in sorted(self._latest)]
