"""What earlier runs have published, read back from the broker: a collector keeps no state of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.samples import Samples
from collector_vmware.domain.taken_samples import SOURCE_KEEPS_SECONDS, TakenSamples
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import EventConsumer, ReceivedEvent, decode_received, read_compacted
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import Event
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

log = get_logger(__name__)

DISCOVERY, PERFORMANCE, STATUS = "discovery-raw", "performance-raw", "collector-status"
MARGIN = timedelta(seconds=60)
"""Record timestamps are another clock than the one that stamps samples."""


class PublishedState:
    """Reads the collector's own topics at its start."""

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._settings = settings
        self._client_id = client_id

    async def restore_machines(self, known: Sequence[KnownMachines]) -> None:
        """Tell each source's memory the last word on every machine."""
        async for received in read_compacted(self._settings, [DISCOVERY], client_id=self._client_id):
            event = _decoded(received) if received.value is not None else None
            if isinstance(event, Observation):
                for machines in known:
                    machines.restore(event)

    async def restore_samples(self, taken: Mapping[str, TakenSamples], now: datetime) -> None:
        """Note which samples of the last hour are published, by source."""
        start = now - timedelta(seconds=SOURCE_KEEPS_SECONDS) - MARGIN
        async with EventConsumer(
            self._settings, [PERFORMANCE], client_id=self._client_id, start=start
        ) as consumer:
            ends = await consumer.end_offsets()
            while not await consumer.has_reached(ends):
                own = [event for event in await consumer.poll() if (event.key or b"").decode() in taken]
                await asyncio.to_thread(_note_samples, own, taken)

    async def newest_sample_times(self) -> dict[str, datetime]:
        """Return each source's newest sample as the last heartbeats name it."""
        newest: dict[str, datetime] = {}
        async for received in read_compacted(self._settings, [STATUS], client_id=self._client_id):
            event = _decoded(received) if received.value is not None else None
            for source in event.sources if isinstance(event, CollectorHeartbeat) else ():
                if source.newest_sample_at is not None:
                    latest = newest.get(source.source_id, source.newest_sample_at)
                    newest[source.source_id] = max(latest, source.newest_sample_at)
        return newest


def _note_samples(received: Sequence[ReceivedEvent], taken: Mapping[str, TakenSamples]) -> None:
    for message in received:
        event = _decoded(message)
        if isinstance(event, PerformanceSampled) and not event.generated:
            for machine in event.machines:
                series = {(each.counter, each.instance): each.values for each in machine.series}
                samples = Samples.of_series(machine.timestamps, series)
                taken[event.source_id].take_new(machine.machine_id, samples)


def _decoded(received: ReceivedEvent) -> Event | None:
    """Return the event; what others have written wrongly is theirs to answer for, and left out."""
    try:
        return decode_received(received)
    except InvalidMessage as error:
        log.warning("published_event_unreadable", topic=received.topic, reason=error.reason)
        return None
