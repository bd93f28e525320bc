"""Property values of the vSphere API, from XML to plain values.

Numbers, texts, times and flags are what they are, managed objects are their ids, data objects are mappings
with their type under `_type`. Only the fields that are read from are kept: they are few of very many.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from lxml import etree

TYPE = "_type"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ARRAY_PREFIX = "ArrayOf"


def _flag(text: str) -> bool:
    return text in ("true", "1")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "boolean": _flag,
    "byte": int,
    "short": int,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "dateTime": _time,
}
_NUMBERS = (
    "key",
    "controllerKey",
    "unitNumber",
    "capacityInKB",
    "capacityInBytes",
    "busNumber",
    "deviceConfigId",
)
_FLAGS = ("connected", "thinProvisioned")
_TEXTS = (
    "deviceName",
    "diskMode",
    "fileName",
    "ipAddress",
    "label",
    "macAddress",
    "name",
    "opaqueNetworkId",
    "portgroupKey",
    "sharing",
    "snapshot",
    "uuid",
)
_LEAVES: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_NUMBERS, int),
    **dict.fromkeys(_FLAGS, _flag),
    **dict.fromkeys(_TEXTS, str),
    "createTime": _time,
}
"""Fields of data objects, whose XML does not say their types."""
_OBJECTS = frozenset(
    {"backing", "connectable", "deviceInfo", "port", "rootSnapshotList", "childSnapshotList"}
)
_LISTS = frozenset({"ipAddress", "rootSnapshotList", "childSnapshotList"})


def value_of(element: etree._Element | None, keep: Callable[[str], bool] = lambda _: True) -> Any:
    """Return the value of a property.

    Args:
        element: Its `val`; None where the property is not set.
        keep: Of an array, the types of elements to keep.
    """
    if element is None:
        return None
    kind = _type_of(element)
    if kind.startswith(_ARRAY_PREFIX):
        return [_mapping(child) for child in element if keep(_type_of(child))]
    if len(element):
        return _mapping(element)
    return _SCALARS.get(kind, str)(element.text or "")


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _type_of(element: etree._Element) -> str:
    return element.get(_XSI_TYPE, "").rpartition(":")[2]


def _mapping(element: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {TYPE: _type_of(element)}
    for child in element:
        name = local_name(child)
        if name in _OBJECTS:
            value: Any = _mapping(child)
        elif name in _LEAVES:
            value = _LEAVES[name](child.text or "")
        else:
            continue
        if name in _LISTS:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
