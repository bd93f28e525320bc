"""`--forget-source`: publish the end of all machines of a source that is no longer listed.

Taking a source out of the list alone ends nothing: it may be a mistake, or another installation's turn. Its
machines then stay as they were last seen until somebody says so.
"""

from collector_vmware.adapters.published_state import PublishedState
from collector_vmware.domain.known_machines import KnownMachines
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import EventPublisher
from surveyor_kit.settings import KafkaSettings

EVENTS_AT_ONCE = 500


async def forget_source(source_id: str, collector_id: str, kafka: KafkaSettings, clock: Clock) -> int:
    """Publish `MachineRemoved` for each machine of a source; return how many there were."""
    known = KnownMachines(source_id, collector_id)
    await PublishedState(kafka, collector_id).restore_machines([known])
    removals = [known.removed(machine_id, "missing", clock.now()) for machine_id in known.present()]
    events = [event for event in removals if event is not None]
    async with EventPublisher(kafka, client_id=collector_id) as publisher:
        for start in range(0, len(events), EVENTS_AT_ONCE):
            await publisher.publish_many(events[start : start + EVENTS_AT_ONCE])
    return len(events)
