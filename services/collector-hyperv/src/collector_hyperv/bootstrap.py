"""The composition root: from settings to a running collector."""

import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version

from collector_hyperv.adapters.host import CounterReader, InventoryReader, connect
from collector_hyperv.adapters.wsman.connection import Login, unavailable_reason
from collector_hyperv.check import CheckedHost
from collector_hyperv.discovery import DISCOVERY_TOPIC, recall_machines
from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.settings import CollectorHypervSettings, SourceSettings, load_sources
from collector_hyperv.site_parts import SiteParts, observer_of
from collector_hyperv.site_runner import Pace
from surveyor_kit.clock import SystemClock
from surveyor_kit.collecting.collector import Collector
from surveyor_kit.collecting.run import Run
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher, read_compacted
from surveyor_kit.settings import KafkaSettings, setting_name

SERVICE = "collector-hyperv"


def collector(
    settings: CollectorHypervSettings, sources: Sequence[SourceSettings], kafka: KafkaSettings
) -> Collector:
    """Return the process, which follows its share of the sites once it is run."""
    clock, health = SystemClock(), Health()
    this_run = Run(settings.collector_id, "hyperv", version(SERVICE), clock.now())

    async def recall(source_ids: frozenset[str], sites: frozenset[str]) -> KnownMachines:
        messages = read_compacted(kafka, [DISCOVERY_TOPIC], client_id=settings.collector_id)
        return await recall_machines(messages, source_ids, sites)

    def parts(publisher: Publisher) -> SiteParts:
        return SiteParts(
            settings=settings,
            sources=sources,
            connect=partial(open_readers, image_refresh_seconds=settings.image_refresh_seconds),
            recall=recall,
            publisher=publisher,
            clock=clock,
            run=this_run,
            health=health,
            pace=Pace(
                poll=settings.poll_interval_seconds,
                inventory=settings.inventory_interval_seconds,
                publish=settings.publish_interval_seconds,
            ),
        )

    sites = frozenset(source.site_name for source in sources)
    return Collector(settings, kafka, sites, parts, this_run, clock, health)


def refuse_unavailable_logins(settings: CollectorHypervSettings) -> None:
    """End the process with one line on stderr if a source needs a login method that is not installed.

    Raises:
        SystemExit: with code 2.
    """
    for source in load_sources(settings.sources_file):
        reason = unavailable_reason(source.auth)
        if reason is not None:
            name = setting_name(settings.part, "sources_file")
            sys.stderr.write(f"{name}: {source.source_id}: {reason}\n")
            raise SystemExit(2)


def hosts_to_check(sources: Sequence[SourceSettings]) -> list[CheckedHost]:
    """Return every host of the sources, for `--check`."""
    return [
        CheckedHost(
            source.host_key(address),
            observer_of(source, "check"),
            *open_readers(source, address, image_refresh_seconds=0),
        )
        for source in sources
        for address in source.addresses
    ]


def open_readers(
    source: SourceSettings, address: str, *, image_refresh_seconds: float
) -> tuple[InventoryReader, CounterReader]:
    """Return both readers of a host, each with a connection of its own that opens when it is first used."""
    inventory, counters = (connect(logins(source, address)) for _ in range(2))
    return (
        InventoryReader(inventory, image_refresh_seconds=image_refresh_seconds),
        CounterReader(counters),
    )


def logins(source: SourceSettings, address: str) -> list[Login]:
    """Return the ways to one host of a source, the preferred one first."""
    return [
        Login(
            endpoint=endpoint,
            method=source.auth,
            credentials=source.credentials,
            verify_certificate=source.tls.verify,
            ca_file=source.tls.ca_file,
            client_certificate=source.tls.client_certificate_file,
            client_key=source.tls.client_key_file,
        )
        for endpoint in source.endpoints(address)
    ]
