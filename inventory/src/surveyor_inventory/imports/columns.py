"""Which column of a header is which."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveyor_inventory.imports.model import FileRefused

_IN_BRACKETS = re.compile(r"\(([^)]*)\)")
_SPACES = re.compile(r"[\s_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a format.

    Attributes:
        name: As the format's own files write it.
        rule: What may stand in it, for people.
        is_required: A file without it is refused.
        aliases: Other headings for the same, from other versions.
        units: What may stand in brackets behind the heading; empty where it has no unit.
    """

    name: str
    rule: str
    is_required: bool = False
    aliases: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The heading without case, brackets and star: what code names the column by."""
        return heading_key(self.name)


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one sheet: position by key, and the headings that mean nothing to us."""

    positions: Mapping[str, int]
    names: Mapping[str, str]
    """The headings as the file has them, by key."""
    unknown: tuple[str, ...]
    width: int


def heading_key(heading: str) -> str:
    """Return a heading without case, star, unit in brackets and doubled blanks."""
    bare = _IN_BRACKETS.sub(" ", heading).replace("*", " ").replace("\ufeff", "")
    return _SPACES.sub(" ", bare).strip().casefold()


def find_columns(headings: Sequence[str], columns: Iterable[Column], sheet: str | None = None) -> Header:
    """Find the columns of a header.

    Raises:
        FileRefused: A required column is missing, one is there twice, or its unit is another.
    """
    known = {heading_key(name): column for column in columns for name in (column.name, *column.aliases)}
    positions: dict[str, int] = {}
    unknown = []
    for position, heading in enumerate(headings):
        column = known.get(heading_key(heading))
        first = positions.get(column.key) if column else None
        if column is None or (first is not None and heading_key(headings[first]) != heading_key(heading)):
            # It means nothing here, or is another name for a column that is there already.
            unknown.append(heading.strip())
            continue
        if first is not None:
            raise FileRefused(heading.strip(), f"{_of(sheet)}the column is there twice; remove one of them")
        _check_unit(heading, column, sheet)
        positions[column.key] = position
    for column in known.values():
        if column.is_required and column.key not in positions:
            raise FileRefused(column.name, f"{_of(sheet)}the column is missing; it is required")
    names = {key: headings[position].strip() for key, position in positions.items()}
    return Header(positions, names, tuple(name for name in unknown if name), len(headings))


def _check_unit(heading: str, column: Column, sheet: str | None) -> None:
    """Refuse gigabytes in a column of megabytes, rather than read them as such."""
    found = _IN_BRACKETS.search(heading)
    if found is None or not column.units:
        return
    unit = re.sub(r"^[Ii]n\s+", "", _SPACES.sub(" ", found.group(1)).strip())
    is_bits = unit.startswith("Mb")  # Mbps is megabits, MBps megabytes: elsewhere case means nothing
    if is_bits or unit.casefold() not in {known.casefold() for known in column.units}:
        wanted = ", ".join(sorted(column.units))
        raise FileRefused(
            heading.strip(), f"{_of(sheet)}the unit must be one of {wanted}; convert the values"
        )


def _of(sheet: str | None) -> str:
    return f"sheet {sheet}: " if sheet else ""
