"""The collector's sources followed within the test's own process, their events in memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml
from prometheus_client import REGISTRY

from collector_vmware.adapters.published_state import PublishedState
from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.settings import CollectorVmwareSettings, load_sources
from collector_vmware.source_parts import SourceParts
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import SystemClock
from surveyor_kit.collecting.followers import Followers
from surveyor_kit.collecting.run import Run
from surveyor_kit.health import Health
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.base import Event
from surveyor_schemas.codec import decode

PATIENCE_SECONDS = 90

E = TypeVar("E", bound=Event)


class NothingPublished(PublishedState):
    """A broker without a past."""

    def __init__(self) -> None: ...

    async def restore_machines(self, known: Sequence[KnownMachines]) -> None: ...

    async def restore_samples(self, taken: Mapping[str, TakenSamples], now: datetime) -> None: ...

    async def newest_sample_times(self) -> dict[str, datetime]:
        return {}


@dataclass
class Following:
    """Followed sources and all that was published of them."""

    followers: Followers[SourceBoard]
    publisher: InMemoryPublisher
    events: list[Event] = field(default_factory=list)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one type."""
        for record in self.publisher.published[len(self.events) :]:
            self.events.append(decode(record.topic, record.headers, record.value))
        return [event for event in self.events if isinstance(event, kind)]

    def board(self, source_id: str) -> SourceBoard:
        """Return how a source is."""
        return next(board for board in self.followers.statuses() if board.source_id == source_id)

    async def until(
        self,
        condition: Callable[["Following"], Any],
        what: str,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> Any:
        """Wait until the condition gives something true, and return that."""
        try:
            async with asyncio.timeout(patience_seconds):
                while not (found := condition(self)):  # noqa: ASYNC110  # many things may be waited for
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"did not happen in time: {what}") from None
        return found


def errors_counted(source_id: str, code: str) -> float:
    """Return the metric of a source's errors."""
    labels = {"source": source_id, "code": code}
    return REGISTRY.get_sample_value("surveyor_collector_vmware_errors_total", labels) or 0.0


@contextlib.asynccontextmanager
async def following(
    directory: Path, sources: list[dict[str, Any]], **settings: Any
) -> AsyncIterator[Following]:
    """Follow sources for the duration of the block, polling quickly."""
    file = directory / "sources.yaml"
    file.write_text(yaml.safe_dump(sources))
    chosen = CollectorVmwareSettings(
        sources_file=file,
        spool_dir=directory / "spool",
        **{"poll_interval_seconds": 0.3, "publish_interval_seconds": 0.2, **settings},
    )
    publisher = InMemoryPublisher()
    by_id = {source.source_id: source for source in load_sources(file)}
    clock, health = SystemClock(), Health()
    this_run = Run("collector", "vmware", "1", clock.now())
    parts = SourceParts(chosen, by_id, publisher, NothingPublished(), clock, this_run, health)
    async with Followers(parts, this_run, health) as followers:
        await followers.take(frozenset(by_id))
        try:
            yield Following(followers, publisher)
        finally:
            await followers.give_up(frozenset(by_id))
