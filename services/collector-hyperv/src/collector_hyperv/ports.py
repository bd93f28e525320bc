"""What the use cases need of the outside."""

from collections.abc import Callable
from typing import Protocol

from collector_hyperv.domain.polls import Poll
from collector_hyperv.domain.rows import InventoryRows
from collector_hyperv.domain.sampling import CounterPoll
from collector_hyperv.settings import SourceSettings
from surveyor_kit.spool import Loss


class InventoryReader(Protocol):
    """Reads a host's inventory; blocks."""

    def read(self) -> InventoryRows:
        """Return a complete read, or raise; a partial one is never returned."""

    def close(self) -> None:
        """End the connection."""


class CounterReader(Protocol):
    """Reads a host's counters; blocks."""

    def read(self) -> CounterPoll:
        """Return one poll; a class that the host does not give is missing from it."""

    def close(self) -> None:
        """End the connection."""


class PollStore(Protocol):
    """Keeps polls until they are published."""

    def append(self, poll: Poll) -> list[Loss]:
        """Keep a poll; returns what had to go to make room."""


Connect = Callable[[SourceSettings, str], tuple[InventoryReader, CounterReader]]
"""Opens both readers of a source's host by its address, each with a connection of its own."""
