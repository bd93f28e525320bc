"""One Hyper-V host: its inventory and its counters, each read over a connection of its own."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from collector_hyperv.adapters import classes
from collector_hyperv.adapters.classes import CimClass, Row
from collector_hyperv.adapters.images import ImageReader
from collector_hyperv.adapters.queries import ClassReader
from collector_hyperv.adapters.wsman.client import WsmanClient
from collector_hyperv.adapters.wsman.connection import FirstReachable, Login, WinrmConnection
from collector_hyperv.adapters.wsman.envelopes import RequestOptions
from collector_hyperv.adapters.wsman.errors import AccessDenied, NotFound, QueryRefused
from collector_hyperv.domain.counters import COUNTER_CLASSES
from collector_hyperv.domain.disks import image_paths
from collector_hyperv.domain.machines import machine_systems
from collector_hyperv.domain.rows import Cluster, InventoryRows
from collector_hyperv.domain.sampling import CounterPoll

RARELY_SECONDS = 600.0
"""How long is believed what changes only with a restart: the host's version, name and processors."""
_OPTIONAL = (QueryRefused, NotFound, AccessDenied)
"""What an optional class may answer: it costs the host nothing but that class."""


class InventoryReader:
    """Reads all of a host's inventory classes, and its disk images through a cache."""

    def __init__(
        self,
        client: WsmanClient,
        *,
        image_refresh_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._reader = ClassReader(client)
        self._images = ImageReader(client, refresh_seconds=image_refresh_seconds, monotonic=monotonic)
        self._monotonic = monotonic
        self._rare: dict[str, tuple[float, tuple[Any, ...]]] = {}
        self._readable: dict[str, bool] = {}

    def read(self) -> InventoryRows:
        """Return a complete read; blocks.

        Raises:
            WsmanError: something that cannot be done without failed.
            RightsMissing: the host showed not even itself.
        """
        self._readable = {}
        read, optional, rarely = self._reader.read, self._optional, self._rarely
        systems = read(classes.COMPUTER_SYSTEM)
        storages = read(classes.STORAGE)
        guids = frozenset(machine_systems(systems))
        rows = InventoryRows(
            systems=systems,
            settings=read(classes.SYSTEM_SETTINGS),
            securities=optional(classes.SECURITY_SETTINGS),
            processors=read(classes.PROCESSOR_SETTINGS),
            memories=read(classes.MEMORY_SETTINGS),
            resources=read(classes.RESOURCE),
            storages=storages,
            physical_disks=optional(classes.DISK_DRIVE),
            virtual_disks=self._images.read(image_paths(storages, guids)),
            synthetic_ports=read(classes.SYNTHETIC_PORT),
            emulated_ports=read(classes.EMULATED_PORT),
            port_connections=optional(classes.PORT_CONNECTION),
            switches=optional(classes.SWITCH),
            guest_networks=optional(classes.GUEST_NETWORK),
            key_values=optional(classes.KEY_VALUE),
            operating_systems=rarely(classes.OPERATING_SYSTEM),
            host_processors=rarely(classes.PROCESSOR),
            host_names=rarely(classes.HOST_NAME),
            hardware=rarely(classes.HARDWARE),
            cluster=self._cluster(),
            optional_classes=dict(self._readable),
        )
        # Rights that end in the middle of a read make it look as if machines had lost their disks.
        machine_systems(read(classes.COMPUTER_SYSTEM))
        return rows

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _optional(self, cim_class: CimClass[Row]) -> tuple[Row, ...]:
        try:
            found = self._reader.read(cim_class)
        except _OPTIONAL:
            self._readable[cim_class.name] = False
            return ()
        self._readable[cim_class.name] = True
        return found

    def _rarely(self, cim_class: CimClass[Row]) -> tuple[Row, ...]:
        now = self._monotonic()
        read_at, found = self._rare.get(cim_class.name, (now, ()))
        if not found or now - read_at > RARELY_SECONDS:
            read_at, found = now, self._optional(cim_class)
            self._rare[cim_class.name] = read_at, found
        self._readable[cim_class.name] = bool(found)
        return found

    def _cluster(self) -> Cluster | None:
        """Return the host's failover cluster; a host that is in none has no such namespace."""
        try:
            clusters = self._reader.read(classes.CLUSTER_NAME)
        except (NotFound, QueryRefused):
            return Cluster(None)
        except AccessDenied:
            self._readable[classes.CLUSTER_NAME.name] = False
            return None
        if not clusters:
            return Cluster(None)
        nodes = tuple(node.name for node in self._optional(classes.CLUSTER_NODE))
        resources = self._optional(classes.CLUSTER_RESOURCE)
        is_readable = self._readable[classes.CLUSTER_RESOURCE.name]
        return Cluster(clusters[0].name, nodes, resources if is_readable else None)


class CounterReader:
    """Reads the performance classes; a class that the host does not give costs only itself."""

    def __init__(self, client: WsmanClient) -> None:
        self._client = client
        self._reader = ClassReader(client)

    def read(self) -> CounterPoll:
        """Return one poll; blocks.

        Raises:
            WsmanError: the host did not answer.
        """
        systems = self._reader.read(classes.COMPUTER_SYSTEM)
        reads, refused = [], {}
        for counter_class in COUNTER_CLASSES:
            try:
                reads.append(self._reader.read_counters(counter_class))
            except _OPTIONAL as error:
                refused[counter_class.name] = error.code
        return CounterPoll(systems, tuple(reads), refused)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def connect(logins: Sequence[Login]) -> WsmanClient:
    """Return a client with a connection of its own; it logs in when it is first used.

    Args:
        logins: The ways to the host, the preferred one first.
    """
    ways = [WinrmConnection(login) for login in logins]
    connection = ways[0] if len(ways) == 1 else FirstReachable(ways)
    return WsmanClient(connection, RequestOptions(logins[0].endpoint))
