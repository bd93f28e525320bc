"""Changes to a running host, as an administrator would make them, and orders for what shall go wrong."""

from dataclasses import asdict, replace
from typing import get_args

from devstack.hyperv.estate import GIB
from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.machine import Disk, DynamicMemory, Machine, NetworkAdapter, PowerState
from devstack.hyperv.moves import ChangeRefused, JsonObject, Moves
from devstack.hyperv.orders import Orders
from devstack.hyperv.site import SimulatedSite

_WRAP_MARGIN_OPERATIONS = 20


class Changes(Moves, Orders):
    """Every public method is one change; arguments and results are plain values that JSON can hold.

    Machines are named by display name or GUID. All raise `UnknownMachine` for a machine that is not there.

    Args:
        host: The host that is changed.
        site: Its neighbours, for what concerns several hosts; without one the host is alone.
    """

    def __init__(self, host: SimulatedHost, site: SimulatedSite | None = None) -> None:
        super().__init__(host, site or SimulatedSite((host,)))

    def list_machines(self) -> list[JsonObject]:
        """All machines as the simulator knows them."""
        return [asdict(machine) for machine in self._host.machines()]

    def add_machine(
        self,
        name: str,
        cores: int | None = None,
        memory_mib: int | None = None,
        generation: int = 2,
        has_dynamic_memory: bool = False,
        is_on: bool = True,
        disk_count: int = 1,
        adapter_count: int = 1,
    ) -> JsonObject:
        """Add a machine; what is not given is drawn from the estate's seed."""
        host = self._host
        with host.lock():
            machine = host.builder.machine(
                name,
                now_seconds=host.clock.wall_seconds(),
                cores=cores,
                memory_mib=memory_mib,
                generation=generation,
                has_dynamic_memory=has_dynamic_memory,
                is_on=is_on,
                disk_count=disk_count,
                adapter_count=adapter_count,
            )
            return self._put(replace(machine, started_uptime_seconds=host.clock.uptime_seconds()))

    def remove_machine(self, machine: str) -> JsonObject:
        with self._host.lock():
            found = self._host.find(machine)
            self._host.remove(found)
            return asdict(found)

    def rename_machine(self, machine: str, name: str) -> JsonObject:
        with self._host.lock():
            return self._put(replace(self._host.find(machine), name=name))

    def resize_machine(
        self,
        machine: str,
        cores: int | None = None,
        memory_mib: int | None = None,
        maximum_memory_mib: int | None = None,
    ) -> JsonObject:
        """Change processors or memory; `maximum_memory_mib` turns dynamic memory on."""
        with self._host.lock():
            found = self._host.find(machine)
            if cores is not None:
                found = self._with_cores(found, cores)
            if memory_mib is not None:
                found = replace(found, memory_mib=memory_mib)
            if maximum_memory_mib is not None:
                lowest = min(512, found.memory_mib)
                found = replace(found, dynamic_memory=DynamicMemory(lowest, maximum_memory_mib))
            return self._put(found)

    def add_disk(self, machine: str, size_gib: int = 100) -> JsonObject:
        with self._host.lock():
            found = self._host.find(machine)
            slot = max((disk.slot for disk in found.disks), default=-1) + 1
            disk = self._host.builder.disk(found.name, slot, position=slot, size_gib=size_gib)
            return self._put(replace(found, disks=(*found.disks, disk)))

    def remove_disk(self, machine: str, path: str) -> JsonObject:
        with self._host.lock():
            found = self._host.find(machine)
            kept = tuple(disk for disk in found.disks if disk.path.lower() != path.lower())
            if len(kept) == len(found.disks):
                raise ChangeRefused(f"{found.name} has no disk {path}")
            return self._put(replace(found, disks=kept))

    def resize_disk(self, machine: str, path: str, size_gib: int) -> JsonObject:
        with self._host.lock():
            found = self._host.find(machine)
            disks = tuple(
                _resized(disk, size_gib * GIB) if disk.path.lower() == path.lower() else disk
                for disk in found.disks
            )
            return self._put(replace(found, disks=disks))

    def add_adapter(self, machine: str) -> JsonObject:
        with self._host.lock():
            found = self._host.find(machine)
            adapter = self._host.builder.adapter(len(found.adapters))
            return self._put(replace(found, adapters=(*found.adapters, adapter)))

    def remove_adapter(self, machine: str, mac: str) -> JsonObject:
        with self._host.lock():
            found = self._host.find(machine)
            kept: tuple[NetworkAdapter, ...] = tuple(
                adapter for adapter in found.adapters if adapter.mac.lower() != mac.lower()
            )
            if len(kept) == len(found.adapters):
                raise ChangeRefused(f"{found.name} has no adapter {mac}")
            return self._put(replace(found, adapters=kept))

    def set_power(self, machine: str, state: str) -> JsonObject:
        """Switch to running, off, saved or paused; after off and saved the counters start at zero."""
        with self._host.lock():
            found = self._host.find(machine)
            changed = replace(found, state=_power_state(state))
            if changed.is_running and not found.has_processes:
                changed = self._started(changed)
            return self._put(changed)

    def restart_machine(self, machine: str) -> JsonObject:
        """Power-cycle a machine: its counters begin at zero again."""
        with self._host.lock():
            return self._put(self._started(replace(self._host.find(machine), state="running")))

    def hasten_counter_wrap(self, machine: str) -> JsonObject:
        """Bring the 32-bit operation counters of a machine's disks to just before their wrap."""
        host = self._host
        with host.lock():
            found, now = host.find(machine), host.clock.uptime_seconds()
            since = found.started_uptime_seconds
            disks = tuple(
                replace(
                    disk,
                    operations_offset=2**32
                    - _WRAP_MARGIN_OPERATIONS
                    - int(max(disk.reads.total(since, now), disk.writes.total(since, now))),
                )
                for disk in found.disks
            )
            return self._put(replace(found, disks=disks))

    def _with_cores(self, machine: Machine, cores: int) -> Machine:
        missing = max(0, cores - len(machine.cpu))
        waves = tuple(self._host.builder.processor_wave() for _ in range(missing))
        return replace(machine, cores=cores, cpu=machine.cpu + waves)

    def _started(self, machine: Machine) -> Machine:
        disks = tuple(replace(disk, operations_offset=0) for disk in machine.disks)
        return replace(machine, disks=disks, started_uptime_seconds=self._host.clock.uptime_seconds())


def _resized(disk: Disk, size_bytes: int) -> Disk:
    growth = size_bytes - disk.size_bytes if disk.kind == "fixed" else 0
    return replace(disk, size_bytes=size_bytes, file_size_bytes=disk.file_size_bytes + growth)


def _power_state(text: str) -> PowerState:
    for state in get_args(PowerState):
        if state == text:
            found: PowerState = state
            return found
    raise ChangeRefused(f"no such power state: {text}")
