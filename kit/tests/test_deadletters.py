from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveyor_kit.deadletters import SENT_AT_ONCE, DeadLetterLimit, DeadLetters, Refused
from surveyor_kit.errors import DeadLetterLimitExceeded
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.reasons import Reason

RECEIVED = ReceivedEvent(
    topic="performance-raw",
    partition=2,
    offset=41,
    key=b"vc1",
    value=b"{broken",
    headers=[
        ("ce_id", b"1"),
        ("ce_type", b"x"),
        ("traceparent", b"00"),
        ("dl_reason", b"older"),
        ("x", b"y"),
    ],
    timestamp=datetime(2026, 1, 31, tzinfo=UTC),
)


async def dead_lettered(part: bytes | None = None, detail: str = "no JSON") -> InMemoryPublisher:
    publisher = InMemoryPublisher()
    letters = DeadLetters(publisher, "normalizer", clock=SettableClock())
    await letters.send(RECEIVED, Reason.MALFORMED_JSON, "InvalidEvent", detail, part)
    return publisher


async def test_dead_letter_keeps_key_bytes_and_cloudevents_headers() -> None:
    (record,) = (await dead_lettered()).published
    assert (record.topic, record.key, record.value) == ("performance-raw-dlq", b"vc1", b"{broken")
    assert record.headers[:3] == [("ce_id", b"1"), ("ce_type", b"x"), ("traceparent", b"00")]


async def test_dead_letter_says_why_whence_by_whom_and_when() -> None:
    (record,) = (await dead_lettered()).published
    assert record.headers[3:] == [
        ("dl_reason", b"malformed-json"),
        ("dl_error_type", b"InvalidEvent"),
        ("dl_detail", b"no JSON"),
        ("dl_topic", b"performance-raw"),
        ("dl_partition", b"2"),
        ("dl_offset", b"41"),
        ("dl_consumer", b"normalizer"),
        ("dl_at", b"2026-01-31T12:00:00Z"),
    ]


async def test_only_the_bad_part_is_dead_lettered_when_one_is_given() -> None:
    (record,) = (await dead_lettered(part=b"{}")).published
    assert record.value == b"{}"


async def test_long_detail_is_cut() -> None:
    (record,) = (await dead_lettered(detail="d" * 2000)).published
    assert dict(record.headers)["dl_detail"] == b"d" * 500


async def test_too_many_dead_letters_stop_the_consumer_after_the_last_one_is_safe() -> None:
    publisher = InMemoryPublisher()
    letters = DeadLetters(publisher, "normalizer", limit=DeadLetterLimit(0.5, window=4, minimum=2))
    for _ in range(2):
        await letters.send(RECEIVED, Reason.SCHEMA, "InvalidEvent", "")
    with pytest.raises(DeadLetterLimitExceeded, match="3 of the latest 3 events"):
        await letters.send(RECEIVED, Reason.SCHEMA, "InvalidEvent", "")
    assert len(publisher.published) == 3


async def test_many_are_sent_some_at_a_time_and_the_rest_stays_when_it_is_too_much() -> None:
    publisher = InMemoryPublisher()
    letters = DeadLetters(publisher, "normalizer", limit=DeadLetterLimit(0.5, window=100, minimum=60))
    refused = [Refused(RECEIVED, Reason.SCHEMA, "InvalidEvent", str(number)) for number in range(120)]
    await letters.send_many(refused[:SENT_AT_ONCE])
    with pytest.raises(DeadLetterLimitExceeded):
        await letters.send_many(refused[SENT_AT_ONCE:])
    details = [dict(record.headers)["dl_detail"] for record in publisher.published]
    assert details == [b"%d" % number for number in range(2 * SENT_AT_ONCE)]


def test_few_refusals_at_the_start_are_not_too_much() -> None:
    limit = DeadLetterLimit()
    limit.record(refused=True, count=99)
    assert not limit.exceeded()


def test_default_limit_is_five_percent_of_ten_thousand() -> None:
    limit = DeadLetterLimit()
    limit.record(refused=False, count=20_000)
    limit.record(refused=True, count=500)
    assert not limit.exceeded()
    limit.record(refused=True)
    assert limit.exceeded()


def test_old_refusals_are_forgotten() -> None:
    limit = DeadLetterLimit()
    limit.record(refused=True, count=600)
    assert limit.exceeded()
    limit.record(refused=False, count=9_500)
    assert not limit.exceeded()


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=40))
def test_limit_counts_as_if_every_event_were_kept(outcomes: list[tuple[bool, int]]) -> None:
    limit = DeadLetterLimit(ratio=0.3, window=50, minimum=5)
    events: list[bool] = []
    for refused, count in outcomes:
        limit.record(refused, count)
        events += [refused] * count
    refused_count = sum(events[-50:])
    assert limit.exceeded() == (refused_count >= 5 and refused_count > 15)
