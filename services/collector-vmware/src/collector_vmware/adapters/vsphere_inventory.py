"""The inventory by one PropertyCollector filter and `WaitForUpdatesEx`.

Source: vSphere Web Services SDK Programming Guide, "Property collector".
"""

import contextlib
import http.client
from collections.abc import Iterator, Sequence
from typing import Any

from pyVmomi import vim, vmodl

from collector_vmware.adapters.property_answer import ObjectAnswer, PropertyAnswer
from collector_vmware.adapters.property_request import (
    continue_request,
    retrieve_request,
    wait_for_updates_request,
)
from collector_vmware.adapters.soap_channel import SoapChannel, UnexpectedStatus
from collector_vmware.adapters.vsphere_errors import translated
from collector_vmware.adapters.vsphere_session import CALL_TIMEOUT_SECONDS, VsphereSession
from collector_vmware.domain.inventory_objects import (
    HOST_PROPERTIES,
    MACHINE_PROPERTIES,
    PLACE_PROPERTIES,
    VIRTUAL_MACHINE,
    ObjectUpdate,
    UpdateSet,
)
from collector_vmware.errors import ObjectGone, SourceError

PropertyCollector = vmodl.query.PropertyCollector

MAX_OBJECT_UPDATES = 1000
MAX_WAIT_SECONDS = 10
OBJECTS_PER_RETRIEVAL = 100
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


class VsphereInventory:
    """One filter over all that is visible to the account. Its calls block."""

    def __init__(self, session: VsphereSession) -> None:
        self._session = session
        self._version = ""
        self._channel = SoapChannel(session, CALL_TIMEOUT_SECONDS)
        with translated(session.source.address):
            self._collector = session.content.propertyCollector.CreatePropertyCollector()
            self._view = _view_of_everything(session.content)
            self._collector.CreateFilter(_filter_spec(self._view), False)

    def next(self) -> UpdateSet | None:
        """Wait for updates, at most `MAX_WAIT_SECONDS`; None when there were none.

        Raises:
            SourceError: The filter is lost.
        """
        request = wait_for_updates_request(self._moref, self._version, MAX_OBJECT_UPDATES, MAX_WAIT_SECONDS)
        with self._translated(), self._channel.ask(request) as content:
            answer = PropertyAnswer(content)
            said = list(answer.objects())
        if not answer.returned:
            return None
        # Only now: what is read again below and fails must be reported again.
        updates = self._updates(said)
        self._version = answer.version
        return UpdateSet(
            updates=updates,
            unreadable=frozenset().union(*(each.refused_paths for each in said)),
            truncated=answer.truncated,
        )

    def close(self) -> None:
        """Give up the filter; a waiting `next` ends."""
        with contextlib.suppress(vmodl.MethodFault, OSError, http.client.HTTPException):
            self._collector.CancelWaitForUpdates()
            self._collector.Destroy()
            self._view.Destroy()
        self._channel.close()

    @property
    def _moref(self) -> str:
        return str(self._collector._GetMoId())

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        with translated(self._session.source.address):
            try:
                yield
            except UnexpectedStatus as unexpected:
                raise SourceError("http-error", f"the source answered {unexpected}") from None

    def _updates(self, said: Sequence[ObjectAnswer]) -> tuple[ObjectUpdate, ...]:
        again = [each.update.moref for each in said if _needs_reading(each)]
        read = self._read_again(again) if again else {}
        return tuple(read.get(each.update.moref, each.update) for each in said)

    def _read_again(self, morefs: Sequence[str]) -> dict[str, ObjectUpdate]:
        """Read all properties of machines whose update does not say everything itself."""
        found: dict[str, ObjectUpdate] = {}
        for start in range(0, len(morefs), OBJECTS_PER_RETRIEVAL):
            found |= self._read_part(morefs[start : start + OBJECTS_PER_RETRIEVAL])
        return found

    def _read_part(self, morefs: Sequence[str]) -> dict[str, ObjectUpdate]:
        """Read some machines. One that is gone meanwhile fails all, and reports its own end."""
        request = retrieve_request(self._moref, VIRTUAL_MACHINE, morefs, MACHINE_PROPERTIES)
        try:
            return {update.moref: update for update in self._pages(request)}
        except ObjectGone:
            if len(morefs) == 1:
                return {}
            middle = len(morefs) // 2
            return self._read_part(morefs[:middle]) | self._read_part(morefs[middle:])

    def _pages(self, request: bytes) -> Iterator[ObjectUpdate]:
        while True:
            with self._translated(), self._channel.ask(request) as content:
                answer = PropertyAnswer(content)
                page = list(answer.objects())
            yield from (each.update for each in page)
            if answer.token is None:
                return
            request = continue_request(self._moref, answer.token)


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


def _needs_reading(said: ObjectAnswer) -> bool:
    """Tell an update that names a part of a property, or a new configuration without its content.

    A vCenter may report an element of an array alone; and some report the new configuration's version
    but not every property that it changed.
    """
    if said.update.change != "modify" or said.update.kind != VIRTUAL_MACHINE:
        return False
    return any(
        operation != "assign" or path not in MACHINE_PROPERTIES or path == CHANGE_VERSION
        for path, operation in said.operations
    )
