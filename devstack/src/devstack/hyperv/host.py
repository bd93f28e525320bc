"""One simulated Hyper-V host: its machines, its clock, its store and the service over them."""

import ssl
import threading
from collections.abc import Callable, Iterator

from devstack.hyperv import counters
from devstack.hyperv.checkpoint_rows import checkpoint_rows
from devstack.hyperv.cim import Instance
from devstack.hyperv.clock import HostClock
from devstack.hyperv.cluster import FailoverCluster
from devstack.hyperv.device_rows import device_rows
from devstack.hyperv.disturbances import Disturbances
from devstack.hyperv.enumeration import Limits
from devstack.hyperv.estate import EstateBuilder
from devstack.hyperv.guest_rows import guest_rows
from devstack.hyperv.host_rows import (
    disk_drives,
    hardware_rows,
    host_computer_system,
    operating_system,
    virtualization_rows,
)
from devstack.hyperv.machine import Machine
from devstack.hyperv.machine_rows import computer_system, setting_rows
from devstack.hyperv.methods import HostMethods
from devstack.hyperv.mof import load_schema
from devstack.hyperv.naming import CIMV2, CLUSTER, VIRTUALIZATION
from devstack.hyperv.store import CimStore, Namespace
from devstack.hyperv.wsman import WsmanService

DEFAULT_BUILD = 20348  # Windows Server 2022
_UP_FOR_SECONDS = 90 * 86_400.0
_HOST = "host"

_COUNTERS: dict[str, Callable[[counters.CounterReader], Iterator[Instance]]] = {
    counters.PROCESSOR: counters.CounterReader.processors,
    counters.STORAGE: counters.CounterReader.storage,
    counters.ADAPTER: counters.CounterReader.adapters,
    counters.DYNAMIC_MEMORY: counters.CounterReader.dynamic_memory,
    counters.PARTITION: counters.CounterReader.partitions,
}


class UnknownMachine(LookupError):
    """The host has no machine of that name or GUID."""


class SimulatedHost:
    """Holds the machines and keeps the store in step with them.

    Machines are immutable; a change puts a new one in the place of the old, and its instances with it.
    """

    def __init__(
        self,
        *,
        machine_count: int,
        seed: int,
        build: int = DEFAULT_BUILD,
        name: str = "HYPERV01",
        prefix: str = "hv",
    ) -> None:
        self.name = name
        self.clock = HostClock(_UP_FOR_SECONDS)
        self.limits = Limits()
        self.disturbances = Disturbances()
        self.tls: ssl.SSLContext | None = None
        """What the host shows to those who connect; None where it speaks no TLS."""
        self.builder = EstateBuilder(seed, up_for_seconds=_UP_FOR_SECONDS, prefix=prefix)
        self._build = build
        self._lock = threading.RLock()
        self._machines: dict[str, Machine] = {}
        self._virtualization = Namespace(VIRTUALIZATION, load_schema("virtualization.mof", build=build))
        self._cimv2 = Namespace(CIMV2, load_schema("cimv2.mof", build=build))
        self._fill_host()
        for machine in self.builder.machines(machine_count, self.clock.wall_seconds()):
            self.put(machine)
        self._store = CimStore((self._virtualization, self._cimv2))
        self.service = self._service()

    def join(self, cluster: FailoverCluster) -> None:
        """Become a node of a cluster: from now on the host has a cluster namespace."""
        namespace = Namespace(CLUSTER, load_schema("mscluster.mof", build=self._build))
        cluster.provide(namespace)
        self._store.add(namespace)

    def hide_counter(self, class_name: str, property_name: str) -> None:
        """Take a property from a counter class, as a build has it that lacks the counter."""
        self._cimv2.drop_property(class_name, property_name)

    def machines(self) -> list[Machine]:
        with self._lock:
            return list(self._machines.values())

    def find(self, name_or_guid: str) -> Machine:
        """Find a machine by its GUID or its display name.

        Raises:
            UnknownMachine: there is none.
        """
        wanted = name_or_guid.lower()
        for machine in self.machines():
            if wanted in (machine.guid.lower(), machine.name.lower()):
                return machine
        raise UnknownMachine(name_or_guid)

    def put(self, machine: Machine) -> None:
        """Add a machine, or put it in the place of the one with its GUID."""
        namespace = self._virtualization
        rows = [
            *setting_rows(namespace, machine, self.name),
            *checkpoint_rows(namespace, machine, self.name),
            *device_rows(namespace, machine, self.name),
            *guest_rows(namespace, machine),
        ]
        with self._lock:
            self._machines[machine.guid] = machine
            namespace.replace(machine.guid, rows)

    def remove(self, machine: Machine) -> None:
        with self._lock:
            del self._machines[machine.guid]
            self._virtualization.replace(machine.guid, ())

    def lock(self) -> threading.RLock:
        """Held while a change reads a machine and puts back the changed one."""
        return self._lock

    def _fill_host(self) -> None:
        self._virtualization.replace(_HOST, virtualization_rows(self._virtualization, self.name))
        self._virtualization.provide("Msvm_ComputerSystem", self._computer_systems)
        self._cimv2.replace(_HOST, hardware_rows(self._cimv2, self.name))
        self._cimv2.provide("Win32_OperatingSystem", self._operating_systems)
        self._cimv2.provide("Win32_DiskDrive", lambda: disk_drives(self._cimv2, self.machines()))
        for class_name, read in _COUNTERS.items():
            self._cimv2.provide(class_name, self._counter_provider(read))

    def _counter_provider(
        self, read: Callable[[counters.CounterReader], Iterator[Instance]]
    ) -> Callable[[], Iterator[Instance]]:
        return lambda: read(counters.CounterReader(self._cimv2, self.clock, self.machines()))

    def _computer_systems(self) -> Iterator[Instance]:
        yield host_computer_system(self._virtualization, self.name, self.clock)
        now = self.clock.uptime_seconds()
        wall = self.clock.wall_seconds(now)
        for machine in self.machines():
            yield computer_system(self._virtualization, machine, uptime_seconds=now, wall_seconds=wall)

    def _operating_systems(self) -> Iterator[Instance]:
        yield operating_system(self._cimv2, self.name, self.clock, self._build)

    def _service(self) -> WsmanService:
        methods = HostMethods(self._virtualization, self.clock, self.machines).table()
        return WsmanService(self._store, methods, self.limits, self.disturbances, self.name)
