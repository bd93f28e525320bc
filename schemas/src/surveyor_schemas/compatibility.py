"""Whether an event's schema only grew, so that old and new writers and readers understand each other."""

from collections.abc import Iterator
from typing import Any

JsonSchema = dict[str, Any]
_WORDS_ONLY = frozenset({"description", "title", "$id", "$schema", "examples"})


def breaks(baseline: JsonSchema, current: JsonSchema) -> list[str]:
    """Say what in `current` is not additive to `baseline`.

    Allowed: new optional fields, and other words in titles and descriptions. A reader of either version then
    understands a writer of the other.

    Returns:
        One sentence per break with the field's place; empty when compatible.
    """
    return list(_object_breaks(baseline, current, baseline, current, place="event", seen=set()))


def _object_breaks(
    old: JsonSchema,
    new: JsonSchema,
    old_root: JsonSchema,
    new_root: JsonSchema,
    *,
    place: str,
    seen: set[tuple[str, str]],
) -> Iterator[str]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, field in old_fields.items():
        if name not in new_fields:
            yield f"{place}.{name}: removed"
            continue
        yield from _field_breaks(
            field, new_fields[name], old_root, new_root, place=f"{place}.{name}", seen=seen
        )
    for name in set(new.get("required", [])) - set(old.get("required", [])):
        yield f"{place}.{name}: {'became' if name in old_fields else 'new and'} required"
    for name in set(old.get("required", [])) - set(new.get("required", [])):
        yield f"{place}.{name}: no longer always there"


def _field_breaks(
    old: JsonSchema,
    new: JsonSchema,
    old_root: JsonSchema,
    new_root: JsonSchema,
    *,
    place: str,
    seen: set[tuple[str, str]],
) -> Iterator[str]:
    if _shape(old) != _shape(new):
        yield f"{place}: changed from {_shape(old)} to {_shape(new)}"
        return
    for old_name, new_name in zip(_references(old), _references(new), strict=True):
        if (old_name, new_name) in seen:
            continue
        seen.add((old_name, new_name))
        yield from _object_breaks(
            _definition(old_root, old_name),
            _definition(new_root, new_name),
            old_root,
            new_root,
            place=f"{place}({new_name})",
            seen=seen,
        )


def _shape(schema: Any) -> Any:
    """A field's schema without its words."""
    if isinstance(schema, dict):
        return {key: _shape(value) for key, value in schema.items() if key not in _WORDS_ONLY}
    if isinstance(schema, list):
        return [_shape(value) for value in schema]
    return schema


def _references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        found = [schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else []
        return found + [name for value in schema.values() for name in _references(value)]
    if isinstance(schema, list):
        return [name for value in schema for name in _references(value)]
    return []


def _definition(root: JsonSchema, name: str) -> JsonSchema:
    definition: JsonSchema = root["$defs"][name]
    return definition
