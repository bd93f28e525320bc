"""`--forget-site`: publish the end of all machines of a site that no source belongs to any more.

Taking a site's sources out of the list alone ends nothing: it may be a mistake, or another installation's
turn. Its machines then stay as they were last seen until somebody says so. A single host that is taken out of
a site needs no such word: the site's other hosts show what is gone with it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from collector_hyperv.discovery import DISCOVERY_TOPIC
from surveyor_kit.clock import Clock
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import EventPublisher, ReceivedEvent, decode_received, read_compacted
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import MachineId, SourceId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.identity import next_revision

EVENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A machine that was not removed: the last word about it, and whose word it was."""

    revision: int
    source_id: SourceId


async def forget_site(site: str, collector_id: str, kafka: KafkaSettings, clock: Clock) -> int:
    """Publish `MachineRemoved` for each machine of a site; return how many there were."""
    messages = read_compacted(kafka, [DISCOVERY_TOPIC], client_id=collector_id)
    machines = await machines_of_site(messages, site)
    now = clock.now()
    events = [_removal(machine_id, seen, collector_id, now) for machine_id, seen in machines.items()]
    async with EventPublisher(kafka, client_id=collector_id) as publisher:
        for start in range(0, len(events), EVENTS_AT_ONCE):
            await publisher.publish_many(events[start : start + EVENTS_AT_ONCE])
    return len(events)


async def machines_of_site(messages: AsyncIterator[ReceivedEvent], site: str) -> dict[MachineId, LastSeen]:
    """Return the machines of a site that are there by the last word of the topic."""
    machines: dict[MachineId, LastSeen] = {}
    async for message in messages:
        try:
            event = decode_received(message)
        except InvalidMessage:
            continue  # its readers dead-letter it
        if isinstance(event, HypervMachineObserved) and event.site == site:
            machines[event.machine_id] = LastSeen(event.revision, event.source_id)
        elif isinstance(event, MachineRemoved):
            machines.pop(event.machine_id, None)
    return machines


def _removal(machine_id: MachineId, seen: LastSeen, collector_id: str, now: datetime) -> MachineRemoved:
    return MachineRemoved(
        machine_id=machine_id,
        revision=next_revision(seen.revision, now),
        source_id=seen.source_id,
        collector_id=collector_id,
        collected_at=now,
        removed_at=now,
        reason="missing",
    )
