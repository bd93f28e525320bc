"""Puts together what belongs to a site: its sources, their hosts, spools and the way to the broker."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from urllib.parse import quote, unquote

from collector_hyperv.adapters.watched_files import WatchedFiles
from collector_hyperv.discovery import SiteDiscovery
from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.domain.machines import Observer
from collector_hyperv.domain.polls import Poll
from collector_hyperv.domain.sites import Site
from collector_hyperv.follower import HostFollower
from collector_hyperv.performance import SourcePublisher, poll_extent
from collector_hyperv.ports import Connect
from collector_hyperv.settings import CollectorHypervSettings, SourceSettings
from collector_hyperv.site_runner import FollowedSource, Pace, SiteRunner
from collector_hyperv.status import HostStatus, Run, SourceProgress, show_health, source_check
from surveyor_kit.clock import Clock
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.spool import Bounds, Spool

Recall = Callable[[frozenset[str], frozenset[str]], Awaitable[KnownMachines]]
"""Reads what was published of sources and of sites, both by name."""


@dataclass
class SiteParts:
    """Builds the runners of sites, which know what was published of them before."""

    settings: CollectorHypervSettings
    sources: Sequence[SourceSettings]
    connect: Connect
    recall: Recall
    publisher: Publisher
    clock: Clock
    run: Run
    health: Health
    pace: Pace
    progress: dict[str, SourceProgress] = field(default_factory=dict)
    """By source; one that comes back within this run goes on where its numbers ended."""

    def sites(self) -> frozenset[str]:
        """Return all sites that the sources belong to."""
        return frozenset(source.site_name for source in self.sources)

    def source_ids(self, sites: frozenset[str]) -> frozenset[str]:
        """Return the sources of some sites."""
        return frozenset(source.source_id for source in self.sources if source.site_name in sites)

    async def runners(self, sites: frozenset[str]) -> list[SiteRunner]:
        """Return a runner for each site."""
        known = await self.recall(self.source_ids(sites), sites)
        count = sum(len(source.addresses) for source in self.sources if source.site_name in sites)
        offsets = (self.pace.offset(place, count) for place in range(count))
        return [self._runner(site, known, offsets) for site in sorted(sites)]

    def close(self, progress: SourceProgress) -> None:
        """Say nothing more of a source that is not followed any more."""
        self.health.forget(source_check(progress.source_id))

    def left_over(self) -> list[str]:
        """Return the sources of which something waits on disk."""
        directories = [path for path in self.settings.spool_dir.iterdir() if path.is_dir()]
        return sorted(unquote(path.name) for path in directories if any(path.iterdir()))

    async def publish_left_over(self, source_id: str) -> None:
        """Publish what waits on disk of a source that is not followed here."""
        progress = self._progress(source_id, {}, "")
        await self._publisher(progress, self._spool(source_id)).publish_pending()

    def _runner(self, site: str, known: KnownMachines, offsets: Iterator[float]) -> SiteRunner:
        sources = [source for source in self.sources if source.site_name == site]
        hosts = [source.host_key(address) for source in sources for address in source.addresses]
        discovery = SiteDiscovery(Site(hosts), site, known, self.publisher, self.clock)
        followed = [self._source(source, discovery, offsets) for source in sources]
        return SiteRunner(site, followed, self.pace)

    def _source(
        self, source: SourceSettings, discovery: SiteDiscovery, offsets: Iterator[float]
    ) -> FollowedSource:
        hosts = {source.host_key(address): HostStatus() for address in source.addresses}
        progress = self._progress(source.source_id, hosts, ", ".join(hosts))
        spool = self._spool(source.source_id)
        self.health.set(source_check(source.source_id), False, "starting")
        followers = [
            self._follower(source, address, discovery, spool, progress) for address in source.addresses
        ]
        return FollowedSource(
            progress,
            followers,
            list(islice(offsets, len(followers))),
            self._publisher(progress, spool),
            spool,
            WatchedFiles(source.credential_files),
        )

    def _follower(
        self,
        source: SourceSettings,
        address: str,
        discovery: SiteDiscovery,
        spool: Spool[Poll],
        progress: SourceProgress,
    ) -> HostFollower:
        host = source.host_key(address)
        inventory, counters = self.connect(source, address)
        return HostFollower(
            host,
            observer_of(source, self.settings.collector_id),
            inventory,
            counters,
            discovery,
            spool,
            progress.hosts[host],
            self.clock,
            poll_interval_seconds=self.pace.poll,
            on_change=partial(show_health, self.health, progress),
        )

    def _progress(self, source_id: str, hosts: dict[str, HostStatus], endpoint: str) -> SourceProgress:
        before = self.progress.get(source_id)
        progress = SourceProgress(source_id, hosts, endpoint)
        if before is not None:
            progress.last_batch_no = before.last_batch_no
            progress.values_published = before.values_published
        self.progress[source_id] = progress
        return progress

    def _publisher(self, progress: SourceProgress, spool: Spool[Poll]) -> SourcePublisher:
        interval = self.settings.poll_interval_seconds
        return SourcePublisher(
            self.run, progress, spool, self.publisher, self.clock, interval_seconds=interval
        )

    def _spool(self, source_id: str) -> Spool[Poll]:
        settings = self.settings
        bounds = Bounds(settings.spool_max_bytes, settings.spool_max_age_seconds, self.pace.publish)
        return Spool(self._directory(source_id), Poll, poll_extent, bounds, self._epoch_seconds)

    def _directory(self, source_id: str) -> Path:
        return self.settings.spool_dir / quote(source_id, safe="")

    def _epoch_seconds(self) -> float:
        return self.clock.now().timestamp()


def observer_of(source: SourceSettings, collector_id: str) -> Observer:
    """Return who looks at a source's hosts."""
    return Observer(collector_id, source.source_id, source.name or source.source_id, source.site_name)
