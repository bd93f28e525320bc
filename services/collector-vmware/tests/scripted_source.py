"""A source that a test drives by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from collector_vmware.domain.inventory_objects import SourceFacts
from collector_vmware.domain.samples import Samples, SeriesKey
from collector_vmware.domain.windows import Window
from collector_vmware.errors import QueryRefused
from collector_vmware.ports import Capabilities, InventoryFeed

from .builders import CPU, SOURCE

NOW = 1_700_000_000


def value_at(moref: str, at: int) -> int:
    """Return what every series of a machine shows at a time."""
    return (int(moref.rpartition("-")[2]) * 7 + at // 20) % 10_000


class ScriptedSource:
    """A source with a value every 20 seconds of the last hour; refuses what a test tells it to."""

    facts: SourceFacts = SOURCE

    def __init__(self, bears: int = 50, keys: Sequence[SeriesKey] = (CPU,)) -> None:
        self.keys = keys
        self.now = NOW
        self.bears = bears
        self.gone: set[str] = set()
        self.refused: set[str] = set()
        self.forbidden: set[str] = set()
        self.asked: list[list[Window]] = []

    async def current_time(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    async def query(self, windows: Sequence[Window]) -> dict[str, Samples]:
        self.asked.append(list(windows))
        for window in windows:
            if window.moref in self.gone:
                raise QueryRefused("query-fault", "gone", window.moref)
            if window.moref in self.forbidden:
                raise QueryRefused("query-fault", "forbidden", forbidden_moref=window.moref)
        if len(windows) > self.bears or any(window.moref in self.refused for window in windows):
            raise QueryRefused("query-http-error", "HTTP 500")
        return {window.moref: self._samples(window) for window in windows}

    def _samples(self, window: Window) -> Samples:
        first = max(window.start, self.now - 3600) // 20 * 20 + 20
        times = list(range(first, window.end + 1, 20))
        values = [value_at(window.moref, at) for at in times]
        return Samples.of_series(times, dict.fromkeys(self.keys, values))

    async def capabilities(self) -> Capabilities:
        return Capabilities({}, 20, None)

    async def open_inventory(self) -> InventoryFeed:
        raise AssertionError("a loop of samples opens no inventory")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
