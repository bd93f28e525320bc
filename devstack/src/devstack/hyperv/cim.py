"""CIM classes and instances: the values every other module passes around."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

TYPE_NAMES = frozenset(
    [
        *("boolean", "string", "datetime", "object", "char16", "real32", "real64"),
        *("uint8", "uint16", "uint32", "uint64", "sint8", "sint16", "sint32", "sint64"),
    ]
)


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a class; `cim_type` is a MOF type name such as `uint32`."""

    name: str
    cim_type: str
    is_array: bool = False
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class CimClass:
    """A class with its own and its inherited properties, by lower-case name."""

    name: str
    properties: Mapping[str, Property]
    ancestry: tuple[str, ...] = ()
    sorted_properties: tuple[Property, ...] = field(init=False)

    def __post_init__(self) -> None:
        # WinRM writes an instance's properties in case-insensitive alphabetical order.
        ordered = sorted(self.properties.values(), key=lambda prop: prop.name.lower())
        object.__setattr__(self, "sorted_properties", tuple(ordered))

    @property
    def keys(self) -> tuple[Property, ...]:
        return tuple(prop for prop in self.sorted_properties if prop.is_key)

    def is_a(self, name: str) -> bool:
        return name.lower() in (self.name.lower(), *(ancestor.lower() for ancestor in self.ancestry))


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance: its class and its values by lower-case property name; an absent value is NULL."""

    cim_class: CimClass
    values: Mapping[str, "Value"]

    def get(self, name: str) -> "Value":
        return self.values.get(name.lower())

    @property
    def key(self) -> tuple[str, ...]:
        """The key values as text, in the class's order of keys, folded as WMI compares them."""
        return tuple(str(self.get(prop.name)).lower() for prop in self.cim_class.keys)


Scalar = bool | int | float | str | datetime | Instance
Value = Scalar | Sequence[Scalar] | None


class SchemaError(ValueError):
    """An instance or a class description does not fit the schema: a mistake of the caller."""


def make_instance(cim_class: CimClass, values: Mapping[str, Value]) -> Instance:
    """Build an instance, refusing properties that the class does not have.

    Raises:
        SchemaError: a property is unknown, or scalar and array are confused.
    """
    folded: dict[str, Value] = {}
    for name, value in values.items():
        prop = cim_class.properties.get(name.lower())
        if prop is None:
            raise SchemaError(f"{cim_class.name} has no property {name}")
        if value is not None and prop.is_array != isinstance(value, list | tuple):
            raise SchemaError(f"{cim_class.name}.{name}: array and scalar confused")
        folded[name.lower()] = value
    return Instance(cim_class, folded)
