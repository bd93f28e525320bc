"""What the collector needs of a source; the adapters speak vSphere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from collector_vmware.domain.inventory_objects import SourceFacts, UpdateSet
from collector_vmware.domain.samples import Samples
from collector_vmware.domain.windows import Window


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a source offers and bears."""

    counters: dict[str, bool]
    """By name, whether the source has it."""
    interval_seconds: int
    """Of its real-time samples."""
    max_metrics_per_query: int | None
    """Its administrator's limit, None for none."""


class InventoryFeed(Protocol):
    """Updates of one inventory filter, from its complete state on."""

    async def next(self) -> UpdateSet | None:
        """Return the next updates, None when there were none for a while.

        Raises:
            SourceError: The feed has ended and must be opened again.
        """

    async def close(self) -> None:
        """End the feed; never raises."""


class SourceConnection(Protocol):
    """An open session with a source."""

    facts: SourceFacts

    async def current_time(self) -> datetime:
        """Return the source's clock."""

    async def capabilities(self) -> Capabilities:
        """Return what the source offers; asked once per connection."""

    async def open_inventory(self) -> InventoryFeed:
        """Begin to follow the inventory; the first updates are its complete state."""

    async def query(self, windows: Sequence[Window]) -> dict[str, Samples]:
        """Return samples by inventory id; machines without any are left out.

        Raises:
            QueryRefused: This query failed; others may work.
            SourceError: The connection or the session ended.
        """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class SourceConnector(Protocol):
    """Logs in to one source."""

    async def connect(self) -> SourceConnection:
        """Open a session.

        Raises:
            SourceError: It was not possible.
        """
