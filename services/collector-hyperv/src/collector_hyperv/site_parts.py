"""Puts together what belongs to a site: its sources, their hosts, spools and the way to the broker."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

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
from collector_hyperv.status import HostStatus, SourceProgress, show_health
from surveyor_kit.clock import Clock
from surveyor_kit.collecting.followers import source_check
from surveyor_kit.collecting.run import Run
from surveyor_kit.collecting.spools import Spools
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.spool import Spool

Recall = Callable[[frozenset[str], frozenset[str]], Awaitable[KnownMachines]]
"""Reads what was published of sources and of sites, both by name."""


@dataclass
class SiteParts:
    """Builds the runners of sites; see `followers.Parts`.

    A site is what is shared out: whether a machine is gone is known only to who reads all its hosts.
    """

    settings: CollectorHypervSettings
    sources: Sequence[SourceSettings]
    connect: Connect
    recall: Recall
    publisher: Publisher
    clock: Clock
    run: Run
    health: Health
    pace: Pace

    def __post_init__(self) -> None:
        self.spools = Spools.of(self.settings, Poll, poll_extent, self.clock)

    def sites(self) -> frozenset[str]:
        """Return all sites that the sources belong to."""
        return frozenset(source.site_name for source in self.sources)

    def source_ids(self, items: frozenset[str]) -> frozenset[str]:
        """Return the sources of some sites."""
        return frozenset(source.source_id for source in self.sources if source.site_name in items)

    async def runners(self, items: frozenset[str]) -> dict[str, SiteRunner]:
        """Return a runner for each site."""
        known = await self.recall(self.source_ids(items), items)
        count = sum(len(source.addresses) for source in self.sources if source.site_name in items)
        offsets = (self.pace.offset(place, count) for place in range(count))
        return {site: self._runner(site, known, offsets) for site in sorted(items)}

    def left_over(self) -> Sequence[str]:
        """Return the sources of which something waits on disk."""
        return self.spools.left_over()

    async def publish_left_over(self, source_id: str) -> None:
        """Publish what waits on disk of a source that is not followed here."""
        progress = self._progress(source_id, {})
        await self._publisher(progress, self.spools.open(source_id)).publish_pending()

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
        progress = self._progress(source.source_id, hosts)
        spool = self.spools.open(source.source_id)
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

    def _progress(self, source_id: str, hosts: dict[str, HostStatus]) -> SourceProgress:
        published = self.run.published[source_id]
        return SourceProgress(source_id, hosts, ", ".join(hosts), self.clock, published)

    def _publisher(self, progress: SourceProgress, spool: Spool[Poll]) -> SourcePublisher:
        interval = self.settings.poll_interval_seconds
        return SourcePublisher(
            self.run, progress, spool, self.publisher, self.clock, interval_seconds=interval
        )


def observer_of(source: SourceSettings, collector_id: str) -> Observer:
    """Return who looks at a source's hosts."""
    return Observer(collector_id, source.source_id, source.name or source.source_id, source.site_name)
