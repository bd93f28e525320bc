"""A source's connection for asynchronous callers: blocking calls run in threads of their own."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from collector_vmware.adapters.vsphere_inventory import VsphereInventory
from collector_vmware.adapters.vsphere_performance import VspherePerformance
from collector_vmware.adapters.vsphere_session import VsphereSession
from collector_vmware.domain.inventory_objects import UpdateSet
from collector_vmware.domain.samples import Samples
from collector_vmware.domain.windows import Window
from collector_vmware.ports import Capabilities, InventoryFeed
from collector_vmware.settings import SourceSettings
from surveyor_kit.threads import in_daemon_thread

MAX_QUERIES_AT_ONCE = 4
CLOSE_SECONDS = 3


class VsphereConnector:
    """Logs in to one vCenter or ESXi host."""

    def __init__(self, source: SourceSettings) -> None:
        self._source = source

    async def connect(self) -> "VsphereConnection":
        """Open a session; see the port."""
        return VsphereConnection(await in_daemon_thread(lambda: VsphereSession.login(self._source)))


class VsphereConnection:
    """One session; see the port."""

    def __init__(self, session: VsphereSession) -> None:
        self.facts = session.facts
        self._session = session
        self._queries = asyncio.Semaphore(MAX_QUERIES_AT_ONCE)
        self._performance: VspherePerformance | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log out; a source that does not answer is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await in_daemon_thread(self._session.logout)
        if self._performance is not None:
            self._performance.close()

    async def current_time(self) -> datetime:
        """Return the source's clock."""
        return await in_daemon_thread(self._session.current_time)

    async def capabilities(self) -> Capabilities:
        """Return what the source offers; asked once, before the first query."""
        self._performance = await in_daemon_thread(lambda: VspherePerformance(self._session))
        return self._performance.capabilities

    async def open_inventory(self) -> InventoryFeed:
        """Begin to follow the inventory."""
        return _Feed(await in_daemon_thread(lambda: VsphereInventory(self._session)))

    async def query(self, windows: Sequence[Window]) -> dict[str, Samples]:
        """Return samples; at most four queries run at a time."""
        performance = self._performance
        if performance is None:
            raise RuntimeError("capabilities are read before the first query")
        async with self._queries:
            return await in_daemon_thread(lambda: performance.query(windows))


class _Feed:
    """An inventory filter; see the port `InventoryFeed`."""

    def __init__(self, inventory: VsphereInventory) -> None:
        self._inventory = inventory

    async def next(self) -> UpdateSet | None:
        return await in_daemon_thread(self._inventory.next)

    async def close(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await in_daemon_thread(self._inventory.close)
