"""The inventory by one PropertyCollector filter and `WaitForUpdatesEx`.

Source: vSphere Web Services SDK Programming Guide, "Property collector".
"""

import contextlib
import http.client
from collections.abc import Iterable, Sequence
from typing import Any

from pyVmomi import vim, vmodl

from collector_vmware.adapters.plain_values import plain
from collector_vmware.adapters.vsphere_errors import translated
from collector_vmware.adapters.vsphere_session import VsphereSession
from collector_vmware.domain.inventory_objects import (
    DEVICES,
    HOST_PROPERTIES,
    MACHINE_PROPERTIES,
    PLACE_PROPERTIES,
    ObjectUpdate,
    Properties,
    UpdateSet,
)

PropertyCollector = vmodl.query.PropertyCollector

MAX_OBJECT_UPDATES = 1000
MAX_WAIT_SECONDS = 10
CHANGE_VERSION = "config.changeVersion"
"""Named anew with every change of a machine's configuration."""

_PATHS: dict[Any, Sequence[str]] = {
    vim.VirtualMachine: MACHINE_PROPERTIES,
    vim.HostSystem: HOST_PROPERTIES,
    vim.ComputeResource: PLACE_PROPERTIES,
    vim.Datacenter: PLACE_PROPERTIES,
    vim.Folder: PLACE_PROPERTIES,
    vim.ResourcePool: PLACE_PROPERTIES,
    vim.Network: ("name",),
}
_READ_DEVICES = (
    vim.vm.device.VirtualDisk,
    vim.vm.device.VirtualEthernetCard,
    vim.vm.device.VirtualController,
)


class VsphereInventory:
    """One filter over all that is visible to the account. Its calls block."""

    def __init__(self, session: VsphereSession) -> None:
        self._session = session
        self._version = ""
        with translated(session.source.address):
            self._collector = session.content.propertyCollector.CreatePropertyCollector()
            self._view = _view_of_everything(session.content)
            self._collector.CreateFilter(_filter_spec(self._view), False)

    def next(self) -> UpdateSet | None:
        """Wait for updates, at most `MAX_WAIT_SECONDS`; None when there were none.

        Raises:
            SourceError: The filter is lost.
        """
        options = PropertyCollector.WaitOptions(
            maxObjectUpdates=MAX_OBJECT_UPDATES, maxWaitSeconds=MAX_WAIT_SECONDS
        )
        with translated(self._session.source.address):
            answer = self._collector.WaitForUpdatesEx(self._version, options)
            if answer is None:
                return None
            self._version = answer.version
            return self._update_set(answer)

    def close(self) -> None:
        """Give up the filter; a waiting `next` ends."""
        with contextlib.suppress(vmodl.MethodFault, OSError, http.client.HTTPException):
            self._collector.CancelWaitForUpdates()
            self._collector.Destroy()
            self._view.Destroy()

    def _update_set(self, answer: Any) -> UpdateSet:
        said = [update for part in answer.filterSet for update in part.objectSet]
        reread = self._read_again([update.obj for update in said if _needs_reading(update)])
        updates = [
            reread.get(update.obj._GetMoId()) or _object_update(update, update.changeSet) for update in said
        ]
        return UpdateSet(
            updates=tuple(updates),
            unreadable=frozenset(
                missing.path for update in said for missing in update.missingSet if _is_refusal(missing)
            ),
            truncated=bool(answer.truncated),
        )

    def _read_again(self, machines: Sequence[Any]) -> dict[str, ObjectUpdate]:
        """Read all properties of machines whose update does not say everything itself."""
        if not machines:
            return {}
        spec = PropertyCollector.FilterSpec(
            objectSet=[PropertyCollector.ObjectSpec(obj=machine) for machine in machines],
            propSet=[_property_spec(vim.VirtualMachine)],
        )
        found = _retrieve_all(self._collector, spec)
        return {
            content.obj._GetMoId(): ObjectUpdate(
                content.obj._GetMoId(), _kind(content.obj), "enter", _properties(content.propSet)
            )
            for content in found
        }


def _view_of_everything(content: Any) -> Any:
    return content.viewManager.CreateContainerView(content.rootFolder, list(_PATHS), True)


def _filter_spec(view: Any) -> Any:
    members = PropertyCollector.TraversalSpec(
        name="members", type=vim.view.ContainerView, path="view", skip=False
    )
    return PropertyCollector.FilterSpec(
        objectSet=[PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[members])],
        propSet=[_property_spec(kind) for kind in _PATHS],
    )


def _property_spec(kind: Any) -> Any:
    return PropertyCollector.PropertySpec(type=kind, all=False, pathSet=list(_PATHS[kind]))


def _needs_reading(update: Any) -> bool:
    """Tell an update that names a part of a property, or a new configuration without its content.

    A vCenter may report an element of an array alone; and some report the new configuration's version
    but not every property that it changed.
    """
    if update.kind != "modify" or not isinstance(update.obj, vim.VirtualMachine):
        return False
    return any(
        change.op != "assign" or change.name not in MACHINE_PROPERTIES or change.name == CHANGE_VERSION
        for change in update.changeSet
    )


def _object_update(update: Any, changes: Iterable[Any]) -> ObjectUpdate:
    return ObjectUpdate(update.obj._GetMoId(), _kind(update.obj), str(update.kind), _properties(changes))  # type: ignore[arg-type]  # the API's own three words


def _kind(managed_object: Any) -> str:
    return str(type(managed_object)._wsdlName)


def _properties(changes: Iterable[Any]) -> Properties:
    return {change.name: _value(change.name, change.val) for change in changes}


def _value(path: str, value: Any) -> Any:
    """Leave out devices that nothing is read from: they are most of the list."""
    if path == DEVICES:
        return [plain(device) for device in value or [] if isinstance(device, _READ_DEVICES)]
    return plain(value)


def _is_refusal(missing: Any) -> bool:
    """Tell a right that is missing from a property that the object just does not have."""
    return isinstance(missing.fault, vim.fault.NoPermission | vmodl.fault.SecurityError)


def _retrieve_all(collector: Any, spec: Any) -> list[Any]:
    """Read all pages. An object that is gone meanwhile reports its own end; nothing is read then."""
    try:
        page = collector.RetrievePropertiesEx([spec], PropertyCollector.RetrieveOptions())
        found: list[Any] = []
        while page is not None:
            found += page.objects
            page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    except vmodl.fault.ManagedObjectNotFound:
        return []
    return found
