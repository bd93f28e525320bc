"""Whose counter instance is it? Names of performance instances matched to machines, disks and adapters.

What is not unique is not matched: a guess would give one machine another's load.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector_hyperv.domain.counters import Instances
from collector_hyperv.domain.references import adapter_counter_guids, comparable_disk_path
from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

TOTAL = "_Total"
_VIRTUAL_PROCESSOR = re.compile(r"(?P<machine>.*):Hv VP (?P<number>\d+)(?P<copy>#\d+)?", re.DOTALL)
_COPY = re.compile(r"(?P<machine>.*)#\d+", re.DOTALL)
# Characters that instance names replace. Source: Microsoft Learn, PerformanceCounter.InstanceName.
_REPLACED = str.maketrans("()#/\\", "[]___")


@dataclass(frozen=True, slots=True)
class Owner:
    """What an instance belongs to; `instance` is the one that is published."""

    machine_id: MachineId
    instance: str


@dataclass(slots=True)
class Unmatched:
    """Instances of a poll that could not be given to a machine, by what they are named after."""

    ambiguous: Counter[str] = field(default_factory=Counter)
    """The name fits several machines."""
    unknown: Counter[str] = field(default_factory=Counter)
    """The name fits none: a machine that the inventory does not have (yet)."""


class InstanceIndex:
    """The instance names that the machines of one host have.

    Args:
        machines: The machines with their disks and adapters, as the inventory last saw them.
        names: Their display names now, by GUID; a name in the inventory may be out of date.
    """

    def __init__(self, machines: Iterable[HypervMachineObserved], names: Mapping[str, str]) -> None:
        by_guid = {machine.vm_guid: machine for machine in machines}
        self._names: dict[str, list[MachineId | None]] = defaultdict(list)
        for guid, name in names.items():
            machine = by_guid.get(guid)
            self._names[_folded(name)].append(machine.machine_id if machine else None)
        self._disks: dict[str, list[Owner]] = defaultdict(list)
        self._nics: dict[str, Owner] = {}
        for guid, machine in by_guid.items():
            if guid in names:
                self._add_devices(machine)

    def owner(self, instances: Instances, name: str, unmatched: Unmatched) -> Owner | None:
        """Return what an instance belongs to, or None and a mark in `unmatched`."""
        if name == TOTAL:
            return None
        match instances:
            case Instances.PROCESSOR:
                return self._of_processor(name, unmatched)
            case Instances.MACHINE:
                return self._of_machine(name, unmatched)
            case Instances.DISK:
                return self._of_disk(name, unmatched)
            case Instances.NIC:
                return self._of_nic(name, unmatched)

    def _add_devices(self, machine: HypervMachineObserved) -> None:
        for disk in machine.disks:
            if disk.path:
                owner = Owner(machine.machine_id, disk.instance_id)
                self._disks[comparable_disk_path(disk.path)].append(owner)
        for nic in machine.nics:
            if nic.port_guid:
                self._nics[nic.port_guid] = Owner(machine.machine_id, nic.instance_id)

    def _of_processor(self, name: str, unmatched: Unmatched) -> Owner | None:
        match = _VIRTUAL_PROCESSOR.fullmatch(name)
        if match is None:
            unmatched.unknown[name] += 1
            return None
        machine_id = self._named(match["machine"], unmatched, is_copy=match["copy"] is not None)
        return Owner(machine_id, match["number"]) if machine_id else None

    def _of_machine(self, name: str, unmatched: Unmatched) -> Owner | None:
        copy = _COPY.fullmatch(name)
        if copy and _folded(name) not in self._names:
            machine_id = self._named(copy["machine"], unmatched, is_copy=True)
        else:
            machine_id = self._named(name, unmatched, is_copy=False)
        return Owner(machine_id, "") if machine_id else None

    def _named(self, name: str, unmatched: Unmatched, *, is_copy: bool) -> MachineId | None:
        found = self._names.get(_folded(name), [])
        if len(found) > 1 or (found and is_copy):
            unmatched.ambiguous[name] += 1
            return None
        if not found or found[0] is None:
            unmatched.unknown[name] += 1
            return None
        return found[0]

    def _of_disk(self, name: str, unmatched: Unmatched) -> Owner | None:
        found = self._disks.get(comparable_disk_path(name), [])
        if len(found) > 1:
            unmatched.ambiguous[name] += 1
        elif not found:
            unmatched.unknown[name] += 1
        return found[0] if len(found) == 1 else None

    def _of_nic(self, name: str, unmatched: Unmatched) -> Owner | None:
        guids = adapter_counter_guids(name)
        found = self._nics.get(guids[1]) if guids else None
        if found is None:
            unmatched.unknown[name] += 1
        return found


def _folded(name: str) -> str:
    return name.translate(_REPLACED).casefold()
