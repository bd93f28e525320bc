"""The composition root: from settings to a running collector."""

import sys
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from urllib.parse import quote

from collector_hyperv.adapters.host import CounterReader, InventoryReader, connect
from collector_hyperv.adapters.wsman.connection import Login, unavailable_reason
from collector_hyperv.check import CheckedHost
from collector_hyperv.collector import Collector, FollowedSource, Pace, show_health, source_check
from collector_hyperv.discovery import DISCOVERY_TOPIC, SiteDiscovery, recall_machines
from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.domain.machines import Observer
from collector_hyperv.domain.polls import Poll, poll_extent
from collector_hyperv.domain.sites import Site
from collector_hyperv.follower import HostFollower
from collector_hyperv.loops import until_stopping
from collector_hyperv.performance import SourcePublisher
from collector_hyperv.settings import CollectorHypervSettings, SourceSettings, load_sources
from collector_hyperv.status import HostStatus, Run, SourceProgress
from surveyor_kit.clock import Clock, SystemClock
from surveyor_kit.health import Health, health_app
from surveyor_kit.http_server import serving
from surveyor_kit.kafka import EventPublisher, Publisher, check_topics, read_compacted
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.settings import KafkaSettings, setting_name
from surveyor_kit.spool import Bounds, Spool, lock_directory

SERVICE = "collector-hyperv"
TOPICS = (DISCOVERY_TOPIC, "performance-raw", "collector-status")


@dataclass(frozen=True)
class Outside:
    """What the collector shares with all of its sources."""

    publisher: Publisher
    known: KnownMachines
    health: Health
    clock: Clock


async def run(settings: CollectorHypervSettings, kafka: KafkaSettings, stopping: Stopping) -> None:
    """Serve health, wait for the broker, recall what was published, then follow the sources."""
    sources = load_sources(settings.sources_file)
    health = Health("kafka_publisher", *(source_check(source.source_id) for source in sources))
    with lock_directory(settings.spool_dir):
        async with serving(health_app(health), settings.http_host, settings.http_port):
            await until_stopping(stopping, check_topics(kafka, TOPICS, health=health))
            if not stopping.is_set():
                await _follow(settings, sources, kafka, health, stopping)


async def _follow(
    settings: CollectorHypervSettings,
    sources: Sequence[SourceSettings],
    kafka: KafkaSettings,
    health: Health,
    stopping: Stopping,
) -> None:
    async with EventPublisher(kafka, client_id=settings.collector_id, health=health) as publisher:
        messages = read_compacted(kafka, [DISCOVERY_TOPIC], client_id=settings.collector_id)
        source_ids = {source.source_id for source in sources}
        sites = {source.site_name for source in sources}
        known = await until_stopping(stopping, recall_machines(messages, source_ids, sites))
        if known is not None:
            outside = Outside(publisher, known, health, SystemClock())
            await build_collector(settings, sources, outside).follow(stopping)


def build_collector(
    settings: CollectorHypervSettings, sources: Sequence[SourceSettings], outside: Outside
) -> Collector:
    """Put the collector together."""
    run = Run(settings.collector_id, uuid.uuid4(), version(SERVICE), outside.clock.now())
    sites = _sites(sources, outside)
    followed = [_source(settings, source, run, sites[source.site_name], outside) for source in sources]
    pace = Pace(
        poll=settings.poll_interval_seconds,
        inventory=settings.inventory_interval_seconds,
        publish=settings.publish_interval_seconds,
        heartbeat=settings.heartbeat_interval_seconds,
    )
    return Collector(run, followed, outside.publisher, outside.clock, pace)


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


def _sites(sources: Sequence[SourceSettings], outside: Outside) -> dict[str, SiteDiscovery]:
    hosts: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        hosts[source.site_name] += [_host_key(source, address) for address in source.addresses]
    return {
        name: SiteDiscovery(Site(keys), name, outside.known, outside.publisher, outside.clock)
        for name, keys in hosts.items()
    }


def _source(
    settings: CollectorHypervSettings,
    source: SourceSettings,
    run: Run,
    discovery: SiteDiscovery,
    outside: Outside,
) -> FollowedSource:
    keys = [_host_key(source, address) for address in source.addresses]
    progress = SourceProgress(source.source_id, {key: HostStatus() for key in keys}, ", ".join(keys))
    spool = Spool(
        settings.spool_dir / quote(source.source_id, safe=""),
        Poll,
        poll_extent,
        Bounds(settings.spool_max_bytes, settings.spool_max_age_seconds, settings.publish_interval_seconds),
    )
    observer = _observer(settings.collector_id, source)
    followers = [
        HostFollower(
            _host_key(source, address),
            observer,
            InventoryReader(
                connect(login(source, address)), image_refresh_seconds=settings.image_refresh_seconds
            ),
            CounterReader(connect(login(source, address))),
            discovery,
            spool,
            progress.hosts[_host_key(source, address)],
            outside.clock,
            poll_interval_seconds=settings.poll_interval_seconds,
            on_change=partial(show_health, outside.health, progress),
        )
        for address in source.addresses
    ]
    publisher = SourcePublisher(
        run,
        progress,
        spool,
        outside.publisher,
        outside.clock,
        interval_seconds=settings.poll_interval_seconds,
    )
    return FollowedSource(progress, followers, publisher, spool)


def hosts_to_check(sources: Sequence[SourceSettings]) -> list[CheckedHost]:
    """Return every host of the sources, for `--check`."""
    return [
        CheckedHost(
            _host_key(source, address),
            _observer("check", source),
            InventoryReader(connect(login(source, address)), image_refresh_seconds=0),
            CounterReader(connect(login(source, address))),
        )
        for source in sources
        for address in source.addresses
    ]


def _observer(collector_id: str, source: SourceSettings) -> Observer:
    return Observer(collector_id, source.source_id, source.name or source.source_id, source.site_name)


def login(source: SourceSettings, address: str) -> Login:
    """Return how one host of a source is reached."""
    return Login(
        endpoint=source.endpoint(address),
        method=source.auth,
        username=source.username,
        password=source.password,
        verify_certificate=source.tls.verify,
        ca_file=source.tls.ca_file,
        client_certificate=source.tls.client_certificate_file,
        client_key=source.tls.client_key_file,
    )


def _host_key(source: SourceSettings, address: str) -> str:
    """Return a host's name in status, logs and metrics: address and port."""
    return source.endpoint(address).split("/")[2]
