"""What a WQL SELECT statement means, once parsed."""

from dataclasses import dataclass

Literal = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`property operator literal`; the operator is one of = <> < <= > >= like. A None literal is NULL."""

    property: str
    operator: str
    literal: Literal


@dataclass(frozen=True, slots=True)
class IsA:
    """`__this ISA 'Class'`: the instance is of the class or of one derived from it."""

    class_name: str


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple["Expression", ...]


Expression = Comparison | IsA | Not | And | Or


@dataclass(frozen=True, slots=True)
class Select:
    """`columns` is None for `SELECT *`."""

    class_name: str
    columns: tuple[str, ...] | None
    where: Expression | None


class InvalidQuery(ValueError):
    """The text is no WQL, or does not fit the class it asks (WBEM_E_INVALID_QUERY)."""
