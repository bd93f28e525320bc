"""A message that breaks its contract is refused with the reason and the place, never with a value."""

import pytest

from surveyor_schemas.codec import Headers, InvalidEvent, decode, encode
from surveyor_schemas.examples import examples
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.reasons import Reason

SAMPLED = encode(
    next(
        e.model.model_validate_json(e.value)
        for e in examples("performance-raw")
        if e.model is PerformanceSampled
    )
)


@pytest.mark.parametrize(
    ("good", "bad", "reason", "place"),
    [
        (b'{"source_id"', b'{"source_id', Reason.MALFORMED_JSON, "message"),
        (b'"batch_no":17', b'"batch_no":"17"', Reason.SCHEMA, "batch_no"),
        (b'"batch_no":17,', b"", Reason.SCHEMA, "batch_no"),
        (b"[1250.0,1310.5,null]", b"[1250.0,1310.5]", Reason.LENGTH_MISMATCH, "machines.0"),
        (b"1310.5", b"NaN", Reason.NOT_A_NUMBER, "machines.0.series.0.values.1"),
        (b"1310.5", b"1e999", Reason.NOT_A_NUMBER, "machines.0.series.0.values.1"),
        (b"1310.5", b"-1", Reason.NEGATIVE_VALUE, "machines.0.series.0.values.1"),
        (b"1795406420", b"1795406400", Reason.TIMESTAMP_ORDER, "machines.0"),
    ],
)
def test_broken_message_is_refused_with_reason_and_place(
    good: bytes, bad: bytes, reason: Reason, place: str
) -> None:
    assert good in SAMPLED.value
    with pytest.raises(InvalidEvent) as caught:
        decode(SAMPLED.topic, SAMPLED.headers, SAMPLED.value.replace(good, bad, 1))
    assert caught.value.reason is reason
    assert caught.value.detail.startswith(f"{place}:")
    assert "Value error" not in caught.value.detail


@pytest.mark.parametrize("headers", [[], [("ce_type", b"surveyor.machine.v1")], [("ce_type", b"\xff")]])
def test_type_that_the_topic_does_not_carry_is_unknown(headers: Headers) -> None:
    with pytest.raises(InvalidEvent) as caught:
        decode(SAMPLED.topic, headers, SAMPLED.value)
    assert caught.value.reason is Reason.UNKNOWN_TYPE


def test_message_without_a_value_is_malformed() -> None:
    with pytest.raises(InvalidEvent) as caught:
        decode(SAMPLED.topic, SAMPLED.headers, None)
    assert caught.value.reason is Reason.MALFORMED_JSON


def test_detail_never_repeats_the_offending_value() -> None:
    with pytest.raises(InvalidEvent) as caught:
        decode(SAMPLED.topic, SAMPLED.headers, SAMPLED.value.replace(b'"vmware"', b'"s3cret"', 1))
    assert "s3cret" not in str(caught.value)
