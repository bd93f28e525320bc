"""Bytes of `performance-raw` to batches: typed and fast when good, machine by machine when not.

What msgspec refuses is decided by the contract's own model, which names the reason; so a message is refused
exactly when the contract refuses it.
"""

import json
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from msgspec.json import Decoder

from normalizer.domain.performance.samples import SampledBatch
from surveyor_kit.kafka import ReceivedEvent
from surveyor_schemas.codec import InvalidEvent, decode, model_for
from surveyor_schemas.performance.performance_sampled_v1 import MAX_MACHINES, PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost
from surveyor_schemas.reasons import Reason

_FAST = Decoder(SampledBatch)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message, or one machine's part of it, goes to the dead letters."""

    reason: Reason
    error_type: str
    detail: str
    part: bytes | None = None
    """A one-machine event; None refuses the whole message."""


@dataclass(frozen=True, slots=True)
class DecodedPerformance:
    """What one message holds."""

    batch: SampledBatch | None = None
    lost: SamplesLost | None = None
    refusals: tuple[Refusal, ...] = ()


def decode_performance(received: ReceivedEvent) -> DecodedPerformance:
    """Decode one message; never raises for what the message is."""
    try:
        model = model_for(received.topic, received.headers)
        if model is PerformanceSampled:
            return _decode_batch(received)
        event = decode(received.topic, received.headers, received.value)
    except InvalidEvent as error:
        return DecodedPerformance(refusals=(_refusal(error),))
    assert isinstance(event, SamplesLost)
    return DecodedPerformance(lost=event)


def one_machine_event(document: dict[str, Any], machine: Any) -> bytes:
    """Write the event again with one of its machines only."""
    return json.dumps({**document, "machines": [machine]}, separators=(",", ":")).encode()


def parse_document(value: bytes) -> Any:
    """Parse JSON as it stands; NaN and infinities pass, so that only their machine is refused.

    Raises:
        ValueError: it is not JSON, or not UTF-8.
    """
    return json.loads(value)


def _decode_batch(received: ReceivedEvent) -> DecodedPerformance:
    try:
        batch = _FAST.decode(received.value or b"")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _decode_by_contract(received)
    if all(machine.is_consistent() for machine in batch.machines):
        return DecodedPerformance(batch=batch)
    return _decode_by_contract(received)


def _decode_by_contract(received: ReceivedEvent) -> DecodedPerformance:
    try:
        return DecodedPerformance(batch=_converted(decode(received.topic, received.headers, received.value)))
    except InvalidEvent as error:
        whole = _refusal(error)
    document = _splittable(received.value)
    return DecodedPerformance(refusals=(whole,)) if document is None else _split(received, document, whole)


def _split(received: ReceivedEvent, document: dict[str, Any], whole: Refusal) -> DecodedPerformance:
    """Decode machine by machine; if none is good, the fault may be the envelope's: refuse the whole."""
    good: list[SampledBatch] = []
    refusals: list[Refusal] = []
    for machine in document["machines"]:
        part = one_machine_event(document, machine)
        try:
            good.append(_converted(decode(received.topic, received.headers, part)))
        except InvalidEvent as error:
            refusals.append(replace(_refusal(error), part=part))
    if not good:
        return DecodedPerformance(refusals=(whole,))
    machines = [batch.machines[0] for batch in good]
    return DecodedPerformance(msgspec.structs.replace(good[0], machines=machines), refusals=tuple(refusals))


def _splittable(value: bytes | None) -> dict[str, Any] | None:
    """Return the document if it is one with a list of machines of the right length."""
    try:
        document = parse_document(value or b"")
    except (ValueError, RecursionError):
        return None
    machines = document.get("machines") if isinstance(document, dict) else None
    return document if isinstance(machines, list) and 1 < len(machines) <= MAX_MACHINES else None


def _converted(event: object) -> SampledBatch:
    assert isinstance(event, PerformanceSampled)
    return msgspec.convert(event.model_dump(), SampledBatch)


def _refusal(error: InvalidEvent) -> Refusal:
    return Refusal(error.reason, type(error).__name__, error.detail)
