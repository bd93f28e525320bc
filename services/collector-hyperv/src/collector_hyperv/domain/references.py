r"""How Hyper-V names things in strings: GUIDs, InstanceIDs, object paths, file paths in counter instances.

An InstanceID starts with `Microsoft:` and its machine's GUID. A reference to another instance is a string
such as `\\HOST\root\virtualization\v2:Msvm_X.InstanceID="Microsoft:<GUID>\\<device>"`, so rows can be joined
without asking for associations.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol, TypeVar

_GUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
_WHOLE_GUID = re.compile(rf"\{{?({_GUID})\}}?")
_OWNER = re.compile(rf"Microsoft:({_GUID})(?:\\|$)")
_GUEST_NETWORK = re.compile(rf"Microsoft:GuestNetwork\\({_GUID})\\({_GUID})$")
_PORT = re.compile(rf"Microsoft:({_GUID})\\({_GUID})$")
_ADAPTER_COUNTER = re.compile(rf"({_GUID})--({_GUID})")
_KEY = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


class Owned(Protocol):
    """A row with an InstanceID that starts with its machine's GUID."""

    @property
    def instance_id(self) -> str: ...


Row = TypeVar("Row", bound=Owned)


def machine_guid(text: str | None) -> str | None:
    """Return a GUID in upper case without braces; None if the text is not one."""
    match = _WHOLE_GUID.fullmatch((text or "").strip())
    return match[1].upper() if match else None


def owner_guid(instance_id: str) -> str | None:
    """Return the GUID of the machine (or checkpoint) that an InstanceID belongs to."""
    match = _OWNER.match(instance_id)
    return match[1].upper() if match else None


def by_owner(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Group rows by the machine (or checkpoint) that they belong to; definitions belong to none."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        owner = owner_guid(row.instance_id)
        if owner is not None:
            grouped[owner].append(row)
    return grouped


def port_guid(instance_id: str) -> str | None:
    """Return the port's GUID of a network port's InstanceID, that of its guest configuration included."""
    match = _GUEST_NETWORK.match(instance_id) or _PORT.match(instance_id)
    return match[2].upper() if match else None


def adapter_counter_guids(instance: str) -> tuple[str, str] | None:
    """Return the machine's and the port's GUID of a network adapter's counter instance."""
    found = _ADAPTER_COUNTER.findall(instance)
    return (found[-1][0].upper(), found[-1][1].upper()) if found else None


def referenced_key(path: str | None, key: str) -> str | None:
    """Return one key of an object path, unescaped; None if the path does not have it."""
    for match in _KEY.finditer(path or ""):
        if match[1].lower() == key.lower():
            return _ESCAPED.sub(r"\1", match[2])
    return None


def comparable_disk_path(text: str) -> str:
    r"""Reduce a disk's path, or its counter instance, to what both have in common.

    The counter set writes `--?-C:-Volumes-a.vhdx` for `C:\Volumes\a.vhdx`, `--?-UNC-server-share-a.vhdx` for
    `\\server\share\a.vhdx`. Two paths can come out alike: what is not unique must not be matched.
    """
    dashed = re.sub(r"[\\/]", "-", text.strip().lower())
    bare = re.sub(r"-+", "-", dashed).lstrip("-?.")
    return bare.removeprefix("unc-")
