"""Use case: what a host's inventory says becomes news on `discovery-raw`."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime

from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.domain.machines import Observer
from collector_hyperv.domain.sites import HostRead, Machines, Site
from collector_hyperv.metrics import OBSERVATIONS_PUBLISHED
from surveyor_kit.clock import Clock
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import Publisher, ReceivedEvent, decode_received
from surveyor_kit.logging import get_logger
from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation

log = get_logger(__name__)

DISCOVERY_TOPIC = "discovery-raw"


async def recall_machines(
    messages: AsyncIterator[ReceivedEvent], source_ids: Collection[str], sites: Collection[str]
) -> KnownMachines:
    """Rebuild what was published of this collector's machines from what the topic holds."""
    known = KnownMachines()
    async for message in messages:
        try:
            event = decode_received(message)
        except InvalidMessage as error:
            # Its readers dead-letter it; here it is only a machine that will be published anew.
            log.warning("discovery_message_skipped", reason=error.reason, offset=message.offset)
            continue
        if isinstance(event, HypervMachineObserved) and event.site in sites:
            known.remember(event, scope=event.site)
        elif isinstance(event, MachineRemoved) and event.source_id in source_ids:
            known.remember(event, scope=None)
    return known


class SiteDiscovery:
    """Follows the machines of one site; its hosts report here, one at a time.

    Args:
        site: The latest reads of the site's hosts.
        site_name: Its name, part of the machines' identity.
        known: What was published; shared by all sites of the collector.
        publisher: Where observations go.
        clock: Ours: it says when we collected.
    """

    def __init__(
        self, site: Site, site_name: str, known: KnownMachines, publisher: Publisher, clock: Clock
    ) -> None:
        self._site, self._site_name, self._known = site, site_name, known
        self._publisher, self._clock = publisher, clock
        self._lock = asyncio.Lock()

    def machines_of(self, host: str) -> Machines:
        """Return the machines that a host had when it was last read."""
        return self._site.machines_of(host)

    def unfollowed_nodes(self) -> list[str]:
        """Return the nodes of the site's cluster that are not among its hosts."""
        return self._site.unfollowed_nodes()

    async def take(self, host: str, read: HostRead, observer: Observer) -> None:
        """Publish what is new since the last read of any host, and what is gone."""
        async with self._lock:
            current = self._site.take(host, read)
            await self._publish([machine for machine in current if self._known.is_news(machine)], observer)
            gone = self._site.gone(self._known.present(self._site_name), self._clock.now())
            await self._publish(self._removals(gone, observer), observer)

    def _removals(self, gone: Mapping[MachineId, datetime], observer: Observer) -> list[MachineRemoved]:
        return [
            MachineRemoved(
                machine_id=machine_id,
                revision=0,
                source_id=observer.source_id,
                collector_id=observer.collector_id,
                collected_at=self._clock.now(),
                removed_at=missed_at,
                reason="missing",
            )
            for machine_id, missed_at in gone.items()
        ]

    async def _publish(
        self, observations: list[HypervMachineObserved] | list[MachineRemoved], observer: Observer
    ) -> None:
        events = [self._with_revision(event) for event in observations]
        if not events:
            return
        await self._publisher.publish_many(events)
        for event in events:
            gone = isinstance(event, MachineRemoved)
            self._known.remember(event, scope=None if gone else self._site_name)
        OBSERVATIONS_PUBLISHED.labels(observer.source_id).inc(len(events))
        log.info("machines_published", source=observer.source_id, count=len(events))

    def _with_revision(self, event: Observation) -> Observation:
        revision = self._known.next_revision(event.machine_id, self._clock.now())
        return event.model_copy(update={"revision": revision})
