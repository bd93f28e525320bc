"""The compatibility check lets an event grow and nothing else."""

import copy
from typing import Any

import pytest

from surveyor_schemas.compatibility import breaks

DISK = {"type": "object", "properties": {"size_bytes": {"type": "integer"}}, "required": ["size_bytes"]}
BASE: dict[str, Any] = {
    "$defs": {"Disk": DISK},
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Name"},
        "disks": {"type": "array", "items": {"$ref": "#/$defs/Disk"}},
    },
    "required": ["name", "disks"],
}


def test_unchanged_event_breaks_nothing() -> None:
    assert breaks(BASE, copy.deepcopy(BASE)) == []


def test_new_optional_field_and_other_words_break_nothing() -> None:
    grown = copy.deepcopy(BASE)
    grown["properties"]["site"] = {"type": "string", "default": None}
    grown["properties"]["name"]["title"] = "Display name"
    assert breaks(BASE, grown) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("properties",), {"name": {"type": "string"}}, "event.disks: removed"),
        (("properties", "name"), {"type": "integer"}, "event.name: changed"),
        (("required",), ["name"], "event.disks: no longer always there"),
        (("required",), ["name", "disks", "site"], "event.site: new and required"),
        (("$defs", "Disk", "properties"), {}, "event.disks(Disk).size_bytes: removed"),
        (("$defs", "Disk", "required"), [], "event.disks(Disk).size_bytes: no longer always there"),
    ],
)
def test_break_is_found_at_its_place(path: tuple[str, ...], value: object, said: str) -> None:
    changed = copy.deepcopy(BASE)
    *parents, last = path
    target = changed
    for key in parents:
        target = target[key]
    target[last] = value
    assert any(found.startswith(said) for found in breaks(BASE, changed))
