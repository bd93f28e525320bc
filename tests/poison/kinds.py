"""Thirty ways to spoil a message of `performance-raw`, each with the reason it must be refused for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from surveyor_schemas.codec import EncodedEvent
from surveyor_schemas.reasons import Reason

Document = dict[str, Any]
DAY_SECONDS = 86_400
MOST_MACHINES = 50


@dataclass(frozen=True)
class Kind:
    """One way; `spoil` takes a good message and gives the bad one."""

    name: str
    reason: Reason
    spoil: Callable[[EncodedEvent], tuple[bytes | None, list[tuple[str, bytes]]]]


def _of_bytes(change: Callable[[bytes], bytes | None]) -> Callable[[EncodedEvent], Any]:
    return lambda message: (change(message.value), list(message.headers))


def _of_envelope(change: Callable[[Document], None]) -> Callable[[EncodedEvent], Any]:
    def spoil(message: EncodedEvent) -> tuple[bytes, list[tuple[str, bytes]]]:
        document = json.loads(message.value)
        change(document)
        return json.dumps(document).encode(), list(message.headers)

    return spoil


def _of_type(value: bytes | None) -> Callable[[EncodedEvent], Any]:
    def spoil(message: EncodedEvent) -> tuple[bytes, list[tuple[str, bytes]]]:
        others = [header for header in message.headers if header[0] != "ce_type"]
        return message.value, others if value is None else [*others, ("ce_type", value)]

    return spoil


def _set(**fields: Any) -> Callable[[Document], None]:
    return lambda document: document.update(fields)


def _without(field: str) -> Callable[[Document], None]:
    return lambda document: document.pop(field)


def _many_machines(document: Document) -> None:
    document["machines"] = document["machines"][:1] * (MOST_MACHINES + 1)


WHOLE_MESSAGES = (
    Kind("no value", Reason.MALFORMED_JSON, _of_bytes(lambda _: None)),
    Kind("no bytes", Reason.MALFORMED_JSON, _of_bytes(lambda _: b"")),
    Kind("no JSON", Reason.MALFORMED_JSON, _of_bytes(lambda _: b"ceci n'est pas du JSON")),
    Kind("cut off", Reason.MALFORMED_JSON, _of_bytes(lambda value: value[: len(value) // 2])),
    Kind("not UTF-8", Reason.MALFORMED_JSON, _of_bytes(lambda value: value[:20] + b"\xff\xfe" + value[20:])),
    Kind("a list", Reason.SCHEMA, _of_bytes(lambda value: b"[" + value + b"]")),
    Kind("a number", Reason.SCHEMA, _of_bytes(lambda _: b"42")),
    Kind("no type", Reason.UNKNOWN_TYPE, _of_type(None)),
    Kind("a type of nobody", Reason.UNKNOWN_TYPE, _of_type(b"surveyor.performance-sampled.v99")),
    Kind("a type of another topic", Reason.UNKNOWN_TYPE, _of_type(b"surveyor.machine-removed.v1")),
    Kind("no source", Reason.SCHEMA, _of_envelope(_without("source_id"))),
    Kind("an unknown kind of source", Reason.SCHEMA, _of_envelope(_set(source_kind="mainframe"))),
    Kind("a run without UUID", Reason.SCHEMA, _of_envelope(_set(run_id="yesterday's"))),
    Kind("batch number 0", Reason.SCHEMA, _of_envelope(_set(batch_no=0))),
    Kind("a batch number in words", Reason.SCHEMA, _of_envelope(_set(batch_no="seven"))),
    Kind("a time without zone", Reason.SCHEMA, _of_envelope(_set(collected_at="2026-01-01T00:00:00"))),
    Kind("no machines", Reason.SCHEMA, _of_envelope(_set(machines=[]))),
    Kind("too many machines", Reason.SCHEMA, _of_envelope(_many_machines)),
)


def _machine(change: Callable[[Document], Any]) -> Callable[[EncodedEvent], Any]:
    """Spoil the last machine; the message may hold good ones before it."""

    def spoil(message: EncodedEvent) -> tuple[bytes, list[tuple[str, bytes]]]:
        document = json.loads(message.value)
        change(document["machines"][-1])
        return json.dumps(document).encode(), list(message.headers)

    return spoil


def _first_series(**fields: Any) -> Callable[[Document], None]:
    return lambda machine: machine["series"][0].update(fields)


def _first_value(value: Any) -> Callable[[Document], None]:
    def change(machine: Document) -> None:
        machine["series"][0]["values"][0] = value

    return change


def _shifted(days: int) -> Callable[[Document], None]:
    def change(machine: Document) -> None:
        machine["timestamps"] = [at + days * DAY_SECONDS for at in machine["timestamps"]]

    return change


MACHINES = (
    Kind("a machine without UUID", Reason.SCHEMA, _machine(_set(machine_id="db-01"))),
    Kind("an interval that is too short", Reason.SCHEMA, _machine(_set(interval_seconds=1))),
    Kind("times backwards", Reason.TIMESTAMP_ORDER, _machine(lambda m: m["timestamps"].reverse())),
    Kind(
        "a time twice",
        Reason.TIMESTAMP_ORDER,
        _machine(lambda m: m.update(timestamps=m["timestamps"][:1] * len(m["timestamps"]))),
    ),
    Kind("a time too few", Reason.LENGTH_MISMATCH, _machine(lambda m: m["timestamps"].pop())),
    Kind("not a number", Reason.NOT_A_NUMBER, _machine(_first_value(float("nan")))),
    Kind("infinity", Reason.NOT_A_NUMBER, _machine(_first_value(float("inf")))),
    Kind("a negative value", Reason.NEGATIVE_VALUE, _machine(_first_value(-1))),
    Kind("a value in words", Reason.SCHEMA, _machine(_first_value("lots"))),
    Kind("a counter without name", Reason.SCHEMA, _machine(_first_series(counter=""))),
    Kind("samples of the future", Reason.CLOCK_LIMIT, _machine(_shifted(2))),
    Kind("samples of long ago", Reason.CLOCK_LIMIT, _machine(_shifted(-400))),
)
KINDS = (*WHOLE_MESSAGES, *MACHINES)
