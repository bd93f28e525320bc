"""The fast decoder and the contract's model accept and refuse the same messages."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normalizer.domain.performance.samples import SampledBatch
from normalizer.performance_decoding import decode_performance
from surveyor_kit.kafka import ReceivedEvent
from surveyor_schemas.codec import InvalidEvent, decode
from surveyor_schemas.examples import examples
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.reasons import Reason

Document = dict[str, Any]
TYPE = PerformanceSampled.event_type


def received(value: bytes | None, event_type: str = TYPE) -> ReceivedEvent:
    headers = [("ce_type", event_type.encode())]
    return ReceivedEvent("performance-raw", 0, 0, b"k", value, headers, datetime.now(UTC))


def an_event(machines: int = 1) -> Document:
    (first, *_) = (e for e in examples("performance-raw") if e.model is PerformanceSampled)
    document: Document = json.loads(first.value)
    machine = document["machines"][0]
    document["machines"] = [{**copy.deepcopy(machine), "machine_id": str(uuid4())} for _ in range(machines)]
    return document


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def fast_accepts(value: bytes) -> bool:
    try:
        batch = msgspec.json.decode(value, type=SampledBatch)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return all(machine.is_consistent() for machine in batch.machines)


def contract_accepts(value: bytes) -> bool:
    try:
        decode("performance-raw", [("ce_type", TYPE.encode())], value)
    except InvalidEvent:
        return False
    return True


@pytest.mark.parametrize("example", list(examples("performance-raw")), ids=lambda e: e.name)
def test_examples_are_accepted_with_the_same_content(example: Any) -> None:
    decoded = decode_performance(received(example.value, example.model.event_type))
    assert decoded.refusals == ()
    if example.model is PerformanceSampled:
        assert fast_accepts(example.value)
        expected = PerformanceSampled.model_validate_json(example.value).model_dump()
        assert decoded.batch == msgspec.convert(expected, SampledBatch)
    else:
        assert decoded.lost == example.model.model_validate_json(example.value)


def _in_machine(change: Callable[[Document], None]) -> Callable[[Document], None]:
    return lambda document: change(document["machines"][0])


def _in_series(change: Callable[[Document], None]) -> Callable[[Document], None]:
    return lambda document: change(document["machines"][0]["series"][0])


FAULTS: dict[str, tuple[Callable[[Document], None], Reason]] = {
    "no source": (lambda d: d.pop("source_id"), Reason.SCHEMA),
    "empty source": (lambda d: d.update(source_id=""), Reason.SCHEMA),
    "unknown kind of source": (lambda d: d.update(source_kind="kvm"), Reason.SCHEMA),
    "run id that is no UUID": (lambda d: d.update(run_id="1"), Reason.SCHEMA),
    "batch number zero": (lambda d: d.update(batch_no=0), Reason.SCHEMA),
    "batch number as text": (lambda d: d.update(batch_no="1"), Reason.SCHEMA),
    "batch number with a fraction": (lambda d: d.update(batch_no=1.5), Reason.SCHEMA),
    "time without zone": (lambda d: d.update(collected_at="2026-01-01T00:00:00"), Reason.SCHEMA),
    "generated as a number": (lambda d: d.update(generated=1), Reason.SCHEMA),
    "no machines": (lambda d: d.update(machines=[]), Reason.SCHEMA),
    "machines as an object": (lambda d: d.update(machines={}), Reason.SCHEMA),
    "too many machines": (lambda d: d.update(machines=d["machines"] * 51), Reason.SCHEMA),
    "short interval": (_in_machine(lambda m: m.update(interval_seconds=5)), Reason.SCHEMA),
    "long interval": (_in_machine(lambda m: m.update(interval_seconds=601)), Reason.SCHEMA),
    "no timestamps": (_in_machine(lambda m: m.update(timestamps=[], series=[])), Reason.SCHEMA),
    "times out of order": (_in_machine(lambda m: m["timestamps"].reverse()), Reason.TIMESTAMP_ORDER),
    "a time twice": (
        _in_machine(lambda m: m.update(timestamps=[m["timestamps"][0]] * len(m["timestamps"]))),
        Reason.TIMESTAMP_ORDER,
    ),
    "negative time": (_in_machine(lambda m: m["timestamps"].__setitem__(0, -1)), Reason.SCHEMA),
    "too few values": (_in_series(lambda s: s["values"].pop()), Reason.LENGTH_MISMATCH),
    "too many values": (_in_series(lambda s: s["values"].append(1)), Reason.LENGTH_MISMATCH),
    "negative value": (_in_series(lambda s: s["values"].__setitem__(0, -1)), Reason.NEGATIVE_VALUE),
    "NaN": (_in_series(lambda s: s["values"].__setitem__(0, float("nan"))), Reason.NOT_A_NUMBER),
    "infinity": (_in_series(lambda s: s["values"].__setitem__(0, float("inf"))), Reason.NOT_A_NUMBER),
    "value as text": (_in_series(lambda s: s["values"].__setitem__(0, "1")), Reason.SCHEMA),
    "value as truth": (_in_series(lambda s: s["values"].__setitem__(0, True)), Reason.SCHEMA),
    "empty counter": (_in_series(lambda s: s.update(counter="")), Reason.SCHEMA),
    "long instance": (_in_series(lambda s: s.update(instance="x" * 1001)), Reason.SCHEMA),
    "no values": (_in_series(lambda s: s.pop("values")), Reason.SCHEMA),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_refused_with_its_reason(fault: str) -> None:
    change, reason = FAULTS[fault]
    document = an_event()
    change(document)
    value = encoded(document)
    assert not fast_accepts(value)
    decoded = decode_performance(received(value))
    assert decoded.batch is None
    assert [refusal.reason for refusal in decoded.refusals] == [reason]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.MALFORMED_JSON),
        (None, Reason.MALFORMED_JSON),
        (b"not json", Reason.MALFORMED_JSON),
        (b'{"machines": [', Reason.MALFORMED_JSON),
        (b'\xff\xfe{"a": 1}', Reason.MALFORMED_JSON),
        (b"[]", Reason.SCHEMA),
        (b"null", Reason.SCHEMA),
        (b"[" * 100_000, Reason.MALFORMED_JSON),
    ],
)
def test_what_is_no_event_is_refused_whole(value: bytes | None, reason: Reason) -> None:
    (refusal,) = decode_performance(received(value)).refusals
    assert (refusal.reason, refusal.part) == (reason, None)


def test_unknown_type_is_refused() -> None:
    (refusal,) = decode_performance(received(encoded(an_event()), "surveyor.other.v1")).refusals
    assert refusal.reason is Reason.UNKNOWN_TYPE


MACHINE_FAULTS = [fault for fault, (_, reason) in FAULTS.items() if reason is not Reason.SCHEMA]


@pytest.mark.parametrize("fault", [*MACHINE_FAULTS, "short interval", "value as text"])
def test_only_the_bad_machine_of_a_batch_is_refused(fault: str) -> None:
    change, reason = FAULTS[fault]
    document = an_event(machines=3)
    good = [machine["machine_id"] for machine in document["machines"][1:]]
    bad = document["machines"][0]["machine_id"]
    change(document)
    decoded = decode_performance(received(encoded(document)))
    assert decoded.batch is not None
    assert [str(machine.machine_id) for machine in decoded.batch.machines] == good
    (refusal,) = decoded.refusals
    assert refusal.reason is reason
    assert refusal.part is not None
    part = json.loads(refusal.part)
    assert [machine["machine_id"] for machine in part.pop("machines")] == [bad]
    assert part == {name: value for name, value in document.items() if name != "machines"}


def test_a_repaired_part_is_an_event_again() -> None:
    document = an_event(machines=2)
    document["machines"][0]["series"][0]["values"][0] = -1
    (refusal,) = decode_performance(received(encoded(document))).refusals
    assert refusal.part is not None
    repaired = json.loads(refusal.part)
    repaired["machines"][0]["series"][0]["values"][0] = 1
    assert decode_performance(received(encoded(repaired))).refusals == ()


odd_values: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=3)
    | st.sampled_from([[], {}, [[]], "2026-01-01T00:00:00Z", "2026-01-01 00:00:00+01:00", str(uuid4())])
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))[:2]
    return [(*prefix, key) for key, _ in children] + [
        path for key, child in children for path in paths(child, (*prefix, key))
    ]


BASE = an_event()


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(paths(BASE)), odd_values, st.booleans())
def test_fast_and_contract_agree_on_any_damage(path: tuple[Any, ...], odd: Any, remove: bool) -> None:
    document = copy.deepcopy(BASE)
    parent: Any = document
    for step in path[:-1]:
        parent = parent[step]
    if remove:
        del parent[path[-1]]
    else:
        parent[path[-1]] = odd
    try:
        value = encoded(document)
    except (ValueError, UnicodeEncodeError):
        return
    decoded = decode_performance(received(value))
    assert (decoded.refusals == ()) is contract_accepts(value)
    if fast_accepts(value):
        assert contract_accepts(value)
