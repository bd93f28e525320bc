"""The inventory of a source as it is known from its updates: objects by id, names, places, paths."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from collector_vmware.domain.inventory_objects import (
    CLUSTER,
    DATACENTER,
    HOST,
    RESOURCE_POOLS,
    VIRTUAL_MACHINE,
    ObjectUpdate,
)

MAX_DEPTH = 100
"""No real tree is deeper; a loop of parents in a half-read one must end."""


@dataclass
class InventoryObject:
    """One managed object with the properties read so far."""

    moref: str
    kind: str
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """The display name."""
        return self.properties.get("name")


class InventoryTree:
    """Applies updates and answers questions about places."""

    def __init__(self) -> None:
        self._objects: dict[str, InventoryObject] = {}

    def apply(self, updates: Iterable[ObjectUpdate]) -> set[str]:
        """Take in updates and return the ids of the machines they are about, those that left included.

        A change to a host, folder, pool or network is about every machine: its name or state is part
        of what they say.
        """
        touched: set[str] = set()
        places_changed = False
        for update in updates:
            self._apply(update)
            if update.kind == VIRTUAL_MACHINE:
                touched.add(update.moref)
            else:
                places_changed = True
        return touched | {vm.moref for vm in self.machines()} if places_changed else touched

    def find(self, moref: str | None) -> InventoryObject | None:
        """Return an object, None when it is unknown."""
        return self._objects.get(moref) if moref else None

    def machines(self) -> Iterator[InventoryObject]:
        """Return every virtual machine and template."""
        return (found for found in self._objects.values() if found.kind == VIRTUAL_MACHINE)

    def host_of(self, machine: InventoryObject) -> InventoryObject | None:
        """Return the host that the machine is registered on."""
        host = self.find(machine.properties.get("runtime.host"))
        return host if host and host.kind == HOST else None

    def cluster_name(self, machine: InventoryObject) -> str | None:
        """Return the cluster of the machine's host, None for a standalone host."""
        return self._name_above(self.host_of(machine), CLUSTER)

    def datacenter_name(self, machine: InventoryObject) -> str | None:
        """Return the datacenter, by the machine's folder or, inside a vApp, by its host."""
        return self._name_above(machine, DATACENTER) or self._name_above(self.host_of(machine), DATACENTER)

    def folder_path(self, machine: InventoryObject) -> str | None:
        """Return the VM folders from the datacenter down, such as `vm/Production/Web`."""
        parent = self.find(machine.properties.get("parent"))
        return self._path(parent, lambda kind: kind != DATACENTER)

    def resource_pool_path(self, machine: InventoryObject) -> str | None:
        """Return the pools from the cluster or host down, such as `Resources/Gold`; None for templates."""
        pool = self.find(machine.properties.get("resourcePool"))
        return self._path(pool, lambda kind: kind in RESOURCE_POOLS)

    def _apply(self, update: ObjectUpdate) -> None:
        if update.change == "leave":
            self._objects.pop(update.moref, None)
        elif update.change == "enter" or update.moref not in self._objects:
            self._objects[update.moref] = InventoryObject(update.moref, update.kind, dict(update.properties))
        else:
            self._objects[update.moref].properties.update(update.properties)

    def _upwards(self, start: InventoryObject | None) -> Iterator[InventoryObject]:
        place = start
        for _ in range(MAX_DEPTH):
            if place is None:
                return
            yield place
            place = self.find(place.properties.get("parent"))

    def _name_above(self, start: InventoryObject | None, kind: str) -> str | None:
        return next((place.name for place in self._upwards(start) if place.kind == kind), None)

    def _path(self, start: InventoryObject | None, belongs: Any) -> str | None:
        names = []
        for place in self._upwards(start):
            if not belongs(place.kind):
                break
            names.append(place.name or place.moref)
        return "/".join(reversed(names)) or None
