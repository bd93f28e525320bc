"""What a form of properties is made of."""

from dataclasses import dataclass
from typing import Literal

Values = dict[str, list[str]]
"""What was filled in, by the field's name; several where several can be chosen."""
Kind = Literal["select", "number", "text", "checkboxes", "list", "datetime"]
"""`list`: checkboxes, so many that one searches among them."""
Choices = tuple[tuple[str, str], ...]
"""The API's value, and its words; what follows a colon in them is a note."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input. Left empty, the property is not sent and the API's default holds."""

    name: str
    label: str
    kind: Kind
    help: str = ""
    choices: Choices = ()
    """What can be chosen; of a `text`, the words for values that have some."""
    start: tuple[str, ...] = ()
    """What the form starts with."""
    suffix: str = ""
    placeholder: str = ""
    required: bool = False
    groups: tuple[tuple[str, Choices], ...] = ()
    """More choices of a `select`, under headings."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]
    is_essential: bool = False
