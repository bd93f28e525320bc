"""Read the answers of the property collector while they come in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Literal

from lxml import etree

from collector_vmware.adapters.xml_values import local_name, value_of
from collector_vmware.domain.inventory_objects import DEVICES, ObjectUpdate
from collector_vmware.errors import ObjectGone, SessionEnded, SourceError, SourceUnreachable

_VIM = "{urn:vim25}"
_FAULT = "{http://schemas.xmlsoap.org/soap/envelope/}Fault"
_REFUSALS = frozenset({"NoPermission", "SecurityError", "NotAuthenticated"})
"""Faults that mean a right is missing; others say that the object just does not have the property."""
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


Change = Literal["enter", "modify", "leave"]
_CHANGES: Mapping[str, Change] = {"modify": "modify", "leave": "leave"}


@dataclass(frozen=True, slots=True)
class ObjectAnswer:
    """What an answer says of one object."""

    update: ObjectUpdate
    operations: frozenset[tuple[str, str]]
    """Of a modification: each property path and what was done to it, such as `assign`."""
    refused_paths: frozenset[str]


@dataclass
class PropertyAnswer:
    """One answer, read as far as it was iterated over.

    Attributes:
        returned: Whether there is a result at all: a wait that ends without news has none.
        version: Of a wait for updates: what to name in the next one.
        truncated: Of a wait for updates: whether there is more to come at once.
        token: Of a retrieval: names the next page.
    """

    content: IO[bytes]
    returned: bool = field(default=False, init=False)
    version: str = field(default="", init=False)
    truncated: bool = field(default=False, init=False)
    token: str | None = field(default=None, init=False)

    def objects(self) -> Iterator[ObjectAnswer]:
        """Read the answer to its end.

        Raises:
            SessionEnded: The source does not know the session.
            SourceError: It answered with another fault.
            SourceUnreachable: The answer is cut off or not XML.
        """
        tags = (f"{_VIM}objectSet", f"{_VIM}objects", f"{_VIM}returnval", _FAULT)
        try:
            for _, element in etree.iterparse(self.content, tag=tags, resolve_entities=False):
                name = local_name(element)
                if name == "Fault":
                    raise _fault(element)
                if name == "returnval":
                    self._finish(element)
                else:
                    yield _object(element)
                element.clear()
        except etree.XMLSyntaxError:
            raise SourceUnreachable("an answer about the inventory was cut off or is not XML") from None

    def _finish(self, element: etree._Element) -> None:
        self.returned = True
        self.version = element.findtext(f"{_VIM}version") or ""
        self.truncated = element.findtext(f"{_VIM}truncated") == "true"
        self.token = element.findtext(f"{_VIM}token")


def _object(element: etree._Element) -> ObjectAnswer:
    managed = element.find(f"{_VIM}obj")
    if managed is None:
        raise ValueError("an object without its reference")
    changes = [*element.iterfind(f"{_VIM}changeSet"), *element.iterfind(f"{_VIM}propSet")]
    update = ObjectUpdate(
        moref=managed.text or "",
        kind=managed.get("type", ""),
        change=_change(element.findtext(f"{_VIM}kind")),
        properties={_path(change): _value(change) for change in changes},
    )
    return ObjectAnswer(
        update=update,
        operations=frozenset((_path(change), change.findtext(f"{_VIM}op") or "assign") for change in changes),
        refused_paths=frozenset(_refused_paths(element)),
    )


def _change(kind: str | None) -> Change:
    """A retrieval says no kind: it is about everything."""
    return _CHANGES.get(kind or "", "enter")


def _path(change: etree._Element) -> str:
    return change.findtext(f"{_VIM}name") or ""


def _value(change: etree._Element) -> Any:
    value = change.find(f"{_VIM}val")
    return value_of(value, _is_read) if _path(change) == DEVICES else value_of(value)


def _is_read(device_type: str) -> bool:
    """Leave out devices that nothing is read from: they are most of the list."""
    return (
        device_type == "VirtualDisk"
        or device_type.endswith("Controller")
        or device_type.startswith(("VirtualE1000", "VirtualPCNet32", "VirtualVmxnet"))
        or device_type in ("VirtualEthernetCard", "VirtualSriovEthernetCard")
    )


def _refused_paths(element: etree._Element) -> Iterator[str]:
    for missing in element.iterfind(f"{_VIM}missingSet"):
        fault = missing.find(f"{_VIM}fault/{_VIM}fault")
        kind = "" if fault is None else fault.get(_XSI_TYPE, "").rpartition(":")[2]
        if kind in _REFUSALS:
            yield missing.findtext(f"{_VIM}path") or ""


def _fault(element: etree._Element) -> SourceError:
    detail = element.find("detail")
    kinds = [
        child.get(_XSI_TYPE, local_name(child)).rpartition(":")[2]
        for child in ([] if detail is None else detail)
    ]
    kind = (kinds or ["an unnamed fault"])[0].removesuffix("Fault")
    if kind == "NotAuthenticated":
        return SessionEnded()
    return (
        ObjectGone()
        if kind == "ManagedObjectNotFound"
        else SourceError("fault", f"the source answered {kind}")
    )
