"""A reader for the part of MOF that the schema files use: classes, inheritance, properties.

Qualifiers: `[key]`, and our own `[since(N)]`: the class or property exists from Windows build N on, because
classes gained properties with releases and a query for a missing one fails.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources

from devstack.hyperv.cim import TYPE_NAMES, CimClass, Property, SchemaError

_CLASS = re.compile(r"(?:\[([^\]]*)\]\s*)?class\s+(\w+)\s*(?::\s*(\w+)\s*)?\{(.*?)\};", re.DOTALL)
_PROPERTY = re.compile(r"(?:\[([^\]]*)\]\s*)?(\w+)\s+(\w+)\s*(\[\s*\])?\s*;")
_SINCE = re.compile(r"since\((\d+)\)")
_COMMENT = re.compile(r"//[^\n]*")


@lru_cache
def load_schema(file_name: str, *, build: int) -> Mapping[str, CimClass]:
    """Read a packaged schema file as a host of Windows build `build` has it; by lower-case class name."""
    text = resources.files("devstack.hyperv").joinpath("schema", file_name).read_text()
    return parse_schema(text, build=build)


def parse_schema(text: str, *, build: int) -> dict[str, CimClass]:
    """Parse MOF text; a parent must be described before its children.

    Raises:
        SchemaError: a parent or a type is unknown, or text is left over.
    """
    classes: dict[str, CimClass] = {}
    bare = _COMMENT.sub("", text)
    for match in _CLASS.finditer(bare):
        qualifiers, name, parent, body = match.groups()
        if not _exists(qualifiers or "", build):
            continue
        classes[name.lower()] = _resolve(name, parent, dict(_properties(body, build)), classes)
    left_over = _CLASS.sub("", bare).strip()
    if left_over:
        raise SchemaError(f"not understood: {left_over[:60]!r}")
    return classes


def _resolve(
    name: str, parent: str | None, own: dict[str, Property], known: Mapping[str, CimClass]
) -> CimClass:
    if parent is None:
        return CimClass(name, own)
    base = known.get(parent.lower())
    if base is None:
        raise SchemaError(f"{name}: unknown parent {parent}")
    return CimClass(name, {**base.properties, **own}, (base.name, *base.ancestry))


def _properties(body: str, build: int) -> Iterator[tuple[str, Property]]:
    if _PROPERTY.sub("", body).strip():
        raise SchemaError(f"not understood: {_PROPERTY.sub('', body).strip()[:60]!r}")
    for qualifiers, cim_type, name, array in _PROPERTY.findall(body):
        if cim_type not in TYPE_NAMES:
            raise SchemaError(f"unknown type {cim_type}")
        if _exists(qualifiers, build):
            yield name.lower(), Property(name, cim_type, bool(array), "key" in qualifiers)


def _exists(qualifiers: str, build: int) -> bool:
    since = _SINCE.search(qualifiers)
    return since is None or int(since[1]) <= build
