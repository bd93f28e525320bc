"""All of the collector but its process: real readers, real hosts, a publisher in memory, short cycles."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from prometheus_client import REGISTRY

from collector_hyperv.bootstrap import open_readers
from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.settings import CollectorHypervSettings, SourceSettings
from collector_hyperv.site_parts import SiteParts
from collector_hyperv.site_runner import Pace, SiteRunner
from collector_hyperv.status import HostStatus, SourceProgress
from surveyor_kit.clock import SystemClock
from surveyor_kit.collecting.followers import Followers
from surveyor_kit.collecting.run import Run
from surveyor_kit.health import Health
from surveyor_kit.kafka.records import Acknowledged
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.base import Event
from surveyor_schemas.codec import EncodedEvent
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

PATIENCE_SECONDS = 180
E = TypeVar("E", bound=Event)


class GatedPublisher(InMemoryPublisher):
    """A broker in memory that can be away: then publishing waits, as it does with the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.there = asyncio.Event()
        self.there.set()

    async def publish_many(self, events: Sequence[Event | EncodedEvent]) -> list[Acknowledged]:
        await self.there.wait()
        return await super().publish_many(events)


@dataclass
class Following:
    """What the collector has published and says of its hosts."""

    publisher: GatedPublisher
    followers: Followers[SourceProgress]
    health: Health
    source_id: str

    @property
    def progress(self) -> SourceProgress:
        """The first source's."""
        return self.followers.statuses()[0]

    @property
    def host(self) -> HostStatus:
        """The first host's status."""
        return next(iter(self.progress.hosts.values()))

    def events(self, kind: type[E]) -> list[E]:
        return [event for event in self.publisher.events() if isinstance(event, kind)]

    def values(self) -> list[float]:
        """All values that were published."""
        return [
            value
            for batch in self.events(PerformanceSampled)
            for machine in batch.machines
            for series in machine.series
            for value in series.values
            if value is not None
        ]

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over all label values that are not given, for this source."""
        wanted = {"source": self.source_id, **labels}
        return sum(
            sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
            if sample.name == name and wanted.items() <= sample.labels.items()
        )

    def lift_waits(self) -> None:
        """Let hosts that are left alone be asked at once."""
        for runner in self.followers.runners().values():
            assert isinstance(runner, SiteRunner)
            for source in runner.sources:
                for host in source.followers:
                    host.back_off.succeeded()

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110 - many things change, with no event for all
                await asyncio.sleep(0.02)


PACE = Pace(poll=0.3, inventory=0.5, publish=0.3)


def settings_for(folder: Path, **changes: Any) -> CollectorHypervSettings:
    """Return settings whose bounds may be smaller than a user could choose."""
    small = {
        "collector_id": "collector",
        "spool_dir": folder / "spool",
        "poll_interval_seconds": 10,
        "publish_interval_seconds": PACE.publish,
        "spool_max_bytes": 10_000_000,
        "spool_max_age_seconds": 7_200,
    }
    return CollectorHypervSettings.model_construct(**{**small, **changes})


@asynccontextmanager
async def following(folder: Path, *sources: dict[str, Any], **changes: Any) -> AsyncIterator[Following]:
    """Follow sources for the duration of the block."""
    settings = settings_for(folder, **changes)
    settings.spool_dir.mkdir(parents=True, exist_ok=True)
    clock, publisher, health = SystemClock(), GatedPublisher(), Health()
    this_run = Run("collector", "hyperv", "1", clock.now())
    parsed = [SourceSettings.model_validate(source) for source in sources]

    async def nothing_known(*_: object) -> KnownMachines:
        return KnownMachines()

    parts = SiteParts(
        settings=settings,
        sources=parsed,
        connect=lambda one, address: open_readers(one, address, image_refresh_seconds=600),
        recall=nothing_known,
        publisher=publisher,
        clock=clock,
        run=this_run,
        health=health,
        pace=PACE,
    )
    async with Followers(parts, this_run, health) as followers:
        await followers.take(parts.sites())
        try:
            yield Following(publisher, followers, health, parsed[0].source_id)
        finally:
            publisher.there.set()
            await followers.give_up(parts.sites())
