"""Run a parsed WQL statement over the instances of a namespace.

WMI's own behaviour that plain SQL does not share: text is compared without regard to case; a NULL property is
unequal to every constant and is neither less nor greater; arrays and objects cannot stand in WHERE.
"""

import operator
from collections.abc import Callable
from datetime import datetime
from functools import partial

from devstack.hyperv.cim import CimClass, Instance, Property
from devstack.hyperv.store import Namespace
from devstack.hyperv.wql import parse
from devstack.hyperv.wql_ast import And, Comparison, Expression, InvalidQuery, IsA, Not, Or, Select
from devstack.hyperv.wql_text import like_pattern, parse_dmtf_time

Predicate = Callable[[Instance], bool]
Comparable = str | int | float | bool | datetime

_CLASS_NAME = Property("__CLASS", "string")
_OPERATORS: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Selection:
    """The answer to a query: instances, and the properties asked for (None: all of them)."""

    def __init__(self, columns: tuple[Property, ...] | None, instances: list[Instance]) -> None:
        self.columns = columns
        self.instances = instances


def run_query(namespace: Namespace, text: str) -> Selection:
    """Answer a WQL SELECT.

    Raises:
        InvalidQuery: the text is no query, or names a property or compares a value that does not fit.
        InvalidClass: the namespace has no such class.
    """
    return run_select(namespace, parse(text))


def run_select(namespace: Namespace, select: Select) -> Selection:
    """Answer a parsed SELECT; raises what `run_query` raises."""
    cim_class = namespace.cim_class(select.class_name)
    columns = None if select.columns is None else _columns(cim_class, select.columns)
    matches = predicate(select.where, cim_class)
    return Selection(columns, [found for found in namespace.instances_of(cim_class.name) if matches(found)])


def predicate(where: Expression | None, cim_class: CimClass) -> Predicate:
    """Make a test of instances from a WHERE clause.

    Raises:
        InvalidQuery: the clause does not fit the class.
    """
    match where:
        case None:
            return lambda _: True
        case Not(operand):
            inner = predicate(operand, cim_class)
            return lambda instance: not inner(instance)
        case And(operands):
            tests = [predicate(operand, cim_class) for operand in operands]
            return lambda instance: all(test(instance) for test in tests)
        case Or(operands):
            tests = [predicate(operand, cim_class) for operand in operands]
            return lambda instance: any(test(instance) for test in tests)
        case IsA(class_name):
            return lambda instance: instance.cim_class.is_a(class_name)
        case Comparison():
            return _comparison(where, cim_class)


def _columns(cim_class: CimClass, names: tuple[str, ...]) -> tuple[Property, ...]:
    wanted = {prop.name: prop for prop in (_property(cim_class, name) for name in names)}
    return tuple(sorted(wanted.values(), key=lambda prop: prop.name.lower()))


def _property(cim_class: CimClass, name: str) -> Property:
    if name.lower() == "__class":
        return _CLASS_NAME
    try:
        return cim_class.properties[name.lower()]
    except KeyError:
        raise InvalidQuery(f"{cim_class.name} has no property {name}") from None


def read_property(instance: Instance, prop: Property) -> object:
    """The value of a property, system properties included."""
    return instance.cim_class.name if prop is _CLASS_NAME else instance.get(prop.name)


def _comparison(comparison: Comparison, cim_class: CimClass) -> Predicate:
    prop = _property(cim_class, comparison.property)
    if comparison.literal is None:
        return _null_test(prop, comparison.operator)
    if prop.is_array or prop.cim_type == "object":
        raise InvalidQuery(f"{prop.name} cannot stand in WHERE")
    if comparison.operator == "like":
        return _like_test(prop, str(comparison.literal))
    wanted = _operand(prop, comparison.literal)
    return partial(_compare, prop, comparison.operator, wanted)


def _null_test(prop: Property, operator_text: str) -> Predicate:
    if operator_text not in ("=", "<>"):
        raise InvalidQuery("NULL can only be equal or unequal")
    return lambda instance: (read_property(instance, prop) is None) == (operator_text == "=")


def _like_test(prop: Property, pattern: str) -> Predicate:
    if prop.cim_type not in ("string", "char16"):
        raise InvalidQuery(f"{prop.name} is no string")
    matcher = like_pattern(pattern)

    def matches(instance: Instance) -> bool:
        value = read_property(instance, prop)
        return isinstance(value, str) and matcher.fullmatch(value) is not None

    return matches


def _compare(prop: Property, operator_text: str, wanted: Comparable, instance: Instance) -> bool:
    value = read_property(instance, prop)
    if value is None:
        return operator_text == "<>"
    if isinstance(value, str):
        value = value.lower()
    if not isinstance(value, str | int | float | datetime):
        return False
    return _OPERATORS[operator_text](value, wanted)


def _operand(prop: Property, literal: str | int | float | bool) -> Comparable:
    """Turn a constant into the property's type, as WMI does for text that holds a number."""
    try:
        match prop.cim_type:
            case "string" | "char16":
                return str(literal).lower()
            case "boolean":
                return _boolean(literal)
            case "datetime":
                return parse_dmtf_time(str(literal))
            case "real32" | "real64":
                return float(literal)
            case _:
                return literal if isinstance(literal, float) else int(literal)
    except ValueError as error:
        raise InvalidQuery(f"{literal!r} does not fit {prop.name}") from error


def _boolean(literal: str | int | float | bool) -> bool:
    if not isinstance(literal, str):
        return bool(literal)
    if literal.lower() not in ("true", "false"):
        raise ValueError(literal)
    return literal.lower() == "true"
