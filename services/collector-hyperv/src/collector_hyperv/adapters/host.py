"""One Hyper-V host: its inventory and its counters, each read over a connection of its own."""

import time
from collections.abc import Callable, Iterable

from collector_hyperv.adapters import classes
from collector_hyperv.adapters.classes import CimClass, Row
from collector_hyperv.adapters.queries import ClassReader
from collector_hyperv.adapters.wsman.client import WsmanClient
from collector_hyperv.adapters.wsman.connection import Login, WinrmConnection
from collector_hyperv.adapters.wsman.envelopes import RequestOptions, Resource
from collector_hyperv.adapters.wsman.errors import AccessDenied, HostFault, NotFound, QueryRefused
from collector_hyperv.adapters.wsman.parse import CimType, PropertyType, read_embedded
from collector_hyperv.domain.counters import COUNTER_CLASSES
from collector_hyperv.domain.disks import image_paths
from collector_hyperv.domain.machines import machine_systems
from collector_hyperv.domain.rows import (
    ClusterRow,
    ComputerSystemRow,
    InventoryRows,
    StorageRow,
    VirtualDiskRow,
)
from collector_hyperv.domain.sampling import CounterPoll

IMAGE_SERVICE = Resource(classes.VIRTUALIZATION, "Msvm_ImageManagementService")
IMAGE_SETTINGS_METHOD = "GetVirtualHardDiskSettingData"
_IMAGE_SETTINGS_SCHEMA = {
    "ReturnValue": PropertyType(CimType.INTEGER),
    "SettingData": PropertyType(CimType.STRING),
}
_OPTIONAL = (QueryRefused, NotFound, AccessDenied)
"""What an optional class may answer: it costs the host nothing but that class."""


class InventoryReader:
    """Reads all of a host's inventory classes, and its disk images through a cache.

    A read of an image's settings opens the file, so known ones are asked for again only now and then.
    """

    def __init__(
        self,
        client: WsmanClient,
        *,
        image_refresh_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._reader = ClassReader(client)
        self._image_refresh_seconds = image_refresh_seconds
        self._monotonic = monotonic
        self._images: dict[str, tuple[float, VirtualDiskRow]] = {}
        self._readable: dict[str, bool] = {}

    def read(self) -> InventoryRows:
        """Return a complete read; blocks.

        Raises:
            WsmanError: something that cannot be done without failed.
            RightsMissing: the host showed not even itself.
        """
        self._readable = {}
        read, optional = self._reader.read, self._optional
        systems = read(classes.COMPUTER_SYSTEM)
        storages = read(classes.STORAGE)
        return InventoryRows(
            systems=systems,
            settings=read(classes.SYSTEM_SETTINGS),
            processors=read(classes.PROCESSOR_SETTINGS),
            memories=read(classes.MEMORY_SETTINGS),
            resources=read(classes.RESOURCE),
            storages=storages,
            physical_disks=optional(classes.DISK_DRIVE),
            virtual_disks=self._virtual_disks(systems, storages),
            synthetic_ports=read(classes.SYNTHETIC_PORT),
            emulated_ports=read(classes.EMULATED_PORT),
            port_connections=optional(classes.PORT_CONNECTION),
            switches=optional(classes.SWITCH),
            guest_networks=optional(classes.GUEST_NETWORK),
            key_values=optional(classes.KEY_VALUE),
            operating_systems=optional(classes.OPERATING_SYSTEM),
            host_processors=optional(classes.PROCESSOR),
            clusters=self._clusters(),
            optional_classes=dict(self._readable),
        )

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

    def _clusters(self) -> tuple[ClusterRow, ...] | None:
        """Return the host's cluster; a host that is in none has no such namespace."""
        try:
            return self._reader.read(classes.CLUSTER_NAME)
        except (NotFound, QueryRefused):
            return ()
        except AccessDenied:
            return None

    def _virtual_disks(
        self, systems: Iterable[ComputerSystemRow], storages: Iterable[StorageRow]
    ) -> tuple[VirtualDiskRow, ...]:
        guids = frozenset(machine_systems(systems))
        paths = {path.lower(): path for path in image_paths(storages, guids)}
        now = self._monotonic()
        fresh_from = now - self._image_refresh_seconds
        known = {key: entry for key, entry in self._images.items() if key in paths and entry[0] > fresh_from}
        for key, path in paths.items():
            if key not in known:
                known[key] = (now, self._image(path))
        self._images = known
        return tuple(row for _, row in known.values())

    def _image(self, path: str) -> VirtualDiskRow:
        """Return an image's settings; of one that cannot be opened only the path is known."""
        try:
            answer = self._client.invoke(
                IMAGE_SERVICE, IMAGE_SETTINGS_METHOD, {"Path": path}, _IMAGE_SETTINGS_SCHEMA
            )
        except HostFault:
            return VirtualDiskRow(path)
        settings = answer["SettingData"]
        if answer["ReturnValue"] != 0 or not isinstance(settings, str):
            return VirtualDiskRow(path)
        values = read_embedded(settings, classes.VIRTUAL_DISK.schema)
        return classes.VIRTUAL_DISK.to_row({**values, "Path": path})


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


def connect(login: Login) -> WsmanClient:
    """Return a client with a connection of its own; it logs in when it is first used."""
    return WsmanClient(WinrmConnection(login), RequestOptions(login.endpoint))
