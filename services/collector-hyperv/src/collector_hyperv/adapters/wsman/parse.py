"""Answers: from XML to typed values.

The wire carries no types: a one-element array looks like a scalar, an empty array is not there at all, and
numbers are text. So every class is read by a schema.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from lxml import etree

from collector_hyperv.adapters.wsman.envelopes import NAMESPACES
from collector_hyperv.adapters.wsman.errors import HostFault, MalformedAnswer, host_fault

Scalar = str | int | bool | datetime
Value = Scalar | tuple[Scalar, ...] | None
Values = dict[str, Value]
"""The properties of one instance by name: None where the host has no value, arrays as tuples."""

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class CimType(Enum):
    """The types that our classes use; all of CIM's integer types are one."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATETIME = "datetime"


@dataclass(frozen=True)
class PropertyType:
    """The type of one property."""

    cim_type: CimType
    is_array: bool = False


Schema = Mapping[str, PropertyType]


@dataclass(frozen=True)
class Batch:
    """Part of an enumeration's result; `context` is empty when there is no more."""

    items: list[etree._Element]
    context: str


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


def read_body(envelope: bytes) -> etree._Element:
    """Return the body of an answer.

    Raises:
        HostFault: the body is a fault.
        MalformedAnswer: this is no SOAP envelope, or not all of it.
    """
    try:
        root = etree.fromstring(envelope, _parser())
    except etree.XMLSyntaxError as error:
        raise MalformedAnswer("the answer is not well-formed XML") from error
    body = root.find("s:Body", NAMESPACES)
    if body is None:
        raise MalformedAnswer("the answer has no SOAP body")
    fault = body.find("s:Fault", NAMESPACES)
    if fault is not None:
        raise _fault(fault)
    return body


def read_batch(body: etree._Element) -> Batch:
    """Return the items of an answer to Enumerate or Pull.

    Raises:
        MalformedAnswer: it says neither that there is more nor that this is the end.
    """
    answer = body.find("n:EnumerateResponse", NAMESPACES)
    items, end = "w:Items", "w:EndOfSequence"
    if answer is None:
        answer = body.find("n:PullResponse", NAMESPACES)
        items, end = "n:Items", "n:EndOfSequence"
    if answer is None:
        raise MalformedAnswer("the answer has no part of an enumeration")
    found = answer.find(items, NAMESPACES)
    rows = [] if found is None else list(found)
    if answer.find(end, NAMESPACES) is not None:
        return Batch(rows, "")
    context = (answer.findtext("n:EnumerationContext", "", NAMESPACES) or "").strip()
    if not context:
        raise MalformedAnswer("the enumeration stops before its end")
    return Batch(rows, context)


def property_names(item: etree._Element) -> frozenset[str]:
    """Return the names of the properties that an instance has."""
    return frozenset(_local_name(child) for child in item)


def read_instance(item: etree._Element, schema: Schema) -> Values:
    """Return the properties of an instance, or of a projection, that the schema names.

    `A/B` in the schema is property B of the object that property A holds.

    Raises:
        MalformedAnswer: a value is not of its type.
    """
    texts: dict[str, list[str | None]] = {}
    for child in item:
        name = _local_name(child)
        texts.setdefault(name, []).append(_text(child))
        for member in child:
            texts.setdefault(f"{name}/{_local_name(member)}", []).append(_text(member))
    return _typed(texts, schema)


def read_embedded(text: str, schema: Schema) -> Values:
    """Return the properties of an instance that a string holds as CIM-XML.

    Source: DMTF DSP0201 (Representation of CIM in XML).

    Raises:
        MalformedAnswer: it is not CIM-XML, or a value is not of its type.
    """
    try:
        root = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise MalformedAnswer("an embedded instance is not well-formed XML") from error
    texts = {element.get("NAME", ""): list(_cim_xml_values(element)) for element in root.iterchildren()}
    return _typed(texts, schema)


def _cim_xml_values(element: etree._Element) -> Iterator[str | None]:
    for value in element.iter("VALUE"):
        yield value.text or ""


def _typed(texts: Mapping[str, list[str | None]], schema: Schema) -> Values:
    return {name: _value(name, texts.get(name, []), kind) for name, kind in schema.items()}


def _value(name: str, texts: list[str | None], kind: PropertyType) -> Value:
    read = _READERS[kind.cim_type]
    try:
        present = [read(text) for text in texts if text is not None]
    except ValueError as error:
        raise MalformedAnswer(f"property {name} is not of type {kind.cim_type.value}") from error
    if kind.is_array:
        return tuple(present)
    return present[0] if present else None


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _text(element: etree._Element) -> str | None:
    """Return an element's text; a time stands in an element of its own, with or without a namespace."""
    if element.get(_NIL) == "true":
        return None
    return "".join(str(text) for text in element.itertext()) if len(element) else element.text or ""


def _boolean(text: str) -> bool:
    folded = text.strip().lower()
    if folded not in ("true", "false"):
        raise ValueError(folded)
    return folded == "true"


def _datetime(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_READERS: dict[CimType, Callable[[str], Scalar]] = {
    CimType.STRING: str,
    CimType.INTEGER: int,
    CimType.BOOLEAN: _boolean,
    CimType.DATETIME: _datetime,
}


def _fault(fault: etree._Element) -> HostFault:
    subcode = fault.findtext("s:Code/s:Subcode/s:Value", "", NAMESPACES).rpartition(":")[2].strip()
    reason = " ".join(fault.findtext("s:Reason/s:Text", "", NAMESPACES).split())
    detail = fault.find("s:Detail/f:WSManFault", NAMESPACES)
    code = None if detail is None else detail.get("Code")
    return host_fault(int(code) if code and code.isdigit() else None, subcode, reason[:300])
