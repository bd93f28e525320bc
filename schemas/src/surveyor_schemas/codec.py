"""Events to messages and back: CloudEvents 1.0, Kafka protocol binding, binary content mode.

Source: CloudEvents, "Kafka Protocol Binding for CloudEvents - Version 1.0.2".
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from surveyor_schemas.base import Event, format_utc
from surveyor_schemas.reasons import Reason
from surveyor_schemas.topics import TOPICS, topic_of, types_of

Headers = list[tuple[str, bytes]]
CONTENT_TYPE = b"application/json"


class InvalidEvent(Exception):
    """A message that breaks its contract.

    Attributes:
        reason: Its dead-letter reason.
        detail: The field, its place and what is wrong there; never a value.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """A message as a producer takes it."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


def encode(event: Event) -> EncodedEvent:
    """Write an event as a message of its topic."""
    return encode_as(event, event.model_dump_json().encode())


def encode_as(event: Event, value: bytes) -> EncodedEvent:
    """Write a message whose JSON was made elsewhere: `value` has to be what the event's model accepts.

    Of the event itself only what the key and the headers say is read.
    """
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event.event_id()).encode()),
        ("ce_type", event.event_type.encode()),
        ("ce_source", event.subject_source().encode()),
        ("ce_time", format_utc(event.occurred_at()).encode()),
        ("content-type", CONTENT_TYPE),
    ]
    return EncodedEvent(topic_of(type(event)), event.key().encode(), value, headers)


def event_type(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The `ce_type` of a message, None when it has none."""
    for name, value in headers:
        if name == "ce_type":
            return value.decode(errors="replace")
    return None


def decode(topic: str, headers: Iterable[tuple[str, bytes]], value: bytes | None) -> Event:
    """Read a message of `topic`.

    Raises:
        InvalidEvent: it breaks the contract.
        KeyError: the catalogue has no such topic.
    """
    model = model_for(topic, headers)
    if value is None:
        raise InvalidEvent(Reason.MALFORMED_JSON, "the message has no value")
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        raise invalid(error) from None


def model_for(topic: str, headers: Iterable[tuple[str, bytes]]) -> type[Event]:
    """The model that a message claims to follow.

    Raises:
        InvalidEvent: it claims none, or one that the topic does not carry.
    """
    name = event_type(headers)
    model = types_of(TOPICS[topic]).get(name or "")
    if model is None:
        said = "no ce_type header" if name is None else f"ce_type {name[:100]!r}"
        raise InvalidEvent(
            Reason.UNKNOWN_TYPE, f"{said}; {topic} carries {', '.join(types_of(TOPICS[topic]))}"
        )
    return model


def invalid(error: ValidationError) -> InvalidEvent:
    """Turn pydantic's findings into a reason and a place, without the offending values."""
    findings = error.errors(include_url=False, include_input=False, include_context=False)
    first = findings[0]
    place = ".".join(str(part) for part in first["loc"]) or "message"
    message = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return InvalidEvent(_reason(first["type"], message, place), f"{place}: {message}{more}"[:500])


def _reason(kind: str, message: str, place: str) -> Reason:
    if kind == "json_invalid":
        return Reason.NOT_A_NUMBER if "NaN" in message or "Infinity" in message else Reason.MALFORMED_JSON
    if kind == "finite_number":
        return Reason.NOT_A_NUMBER
    if kind == "greater_than_equal" and ".values." in place:
        return Reason.NEGATIVE_VALUE
    if kind == "value_error" and "values for" in message:
        return Reason.LENGTH_MISMATCH
    if kind == "value_error" and "strictly increasing" in message:
        return Reason.TIMESTAMP_ORDER
    return Reason.SCHEMA
