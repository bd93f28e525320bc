import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cli.tests.command import Cli, Ended

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.kafka import EventPublisher, ReceivedEvent, read_compacted
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import Event
from surveyor_schemas.codec import encode
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost
from surveyor_schemas.reasons import Reason

pytestmark = pytest.mark.parts

Replay = Callable[..., Ended]


@pytest.fixture
def replay(surveyor: Cli, environment: dict[str, str]) -> Replay:
    """Runs `surveyor replay` on letters that this test put aside: others lie in the same topics."""
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return lambda topic, *words: surveyor(
        "replay", "--topic", topic, "--since", since, *words, env=environment
    )


def a_loss() -> SamplesLost:
    now = datetime.now(UTC)
    return SamplesLost(
        source_id=f"source-{uuid4()}",
        collector_id="collector-1",
        run_id=uuid4(),
        from_at=now - timedelta(minutes=1),
        until_at=now,
        machine_count=None,
        value_count=None,
        reason="spool-full",
        detail=None,
        collected_at=now,
    )


def a_removal(revision: int) -> MachineRemoved:
    now = datetime.now(UTC)
    return MachineRemoved(
        machine_id=uuid4(),
        revision=revision,
        source_id="vcenter-1",
        collector_id="collector-1",
        collected_at=now,
        removed_at=now,
        reason="reported",
    )


async def put_aside(
    publisher: EventPublisher, *events: Event, reason: Reason = Reason.UNEXPECTED, value: bytes | None = None
) -> None:
    """Dead-letter events, or other bytes in their place, as a consumer does."""
    letters = DeadLetters(publisher, "test")
    for event in events:
        message = encode(event)
        received = ReceivedEvent(
            message.topic, 0, 7, message.key, value or message.value, message.headers, datetime.now(UTC)
        )
        await letters.send(received, reason, "SomeError", "what was wrong")


async def under_key(settings: KafkaSettings, topic: str, key: str) -> list[ReceivedEvent]:
    """Return all messages that a topic has under a key."""
    messages = read_compacted(settings, [topic], client_id="test")
    return [message async for message in messages if message.key == key.encode()]


def outcomes(ended: Ended, *events: Event) -> dict[str, str]:
    """Return what became of these events' letters, by key."""
    letters: list[dict[str, Any]] = json.loads(ended.out)["letters"]
    keys = {event.key() for event in events}
    return {letter["key"]: letter["outcome"] for letter in letters if letter["key"] in keys}


async def test_a_letter_comes_back_as_it_was_and_only_once(
    replay: Replay, publisher: EventPublisher, kafka_settings: KafkaSettings
) -> None:
    event = a_loss()
    await put_aside(publisher, event)

    planned = replay("performance-raw", "--json", "--dry-run")
    assert outcomes(planned, event) == {event.key(): "replayed"}
    assert await under_key(kafka_settings, "performance-raw", event.key()) == []

    assert outcomes(replay("performance-raw", "--json"), event) == {event.key(): "replayed"}
    (back,) = await under_key(kafka_settings, "performance-raw", event.key())
    message = encode(event)
    assert (back.value, list(back.headers)) == (message.value, message.headers)

    assert outcomes(replay("performance-raw", "--json"), event) == {}
    assert outcomes(replay("performance-raw", "--json", "--again"), event) == {event.key(): "replayed"}
    assert len(await under_key(kafka_settings, "performance-raw", event.key())) == 2


async def test_reason_and_limit_choose_and_leave_the_rest_for_later(
    replay: Replay, publisher: EventPublisher
) -> None:
    first, second, other = a_loss(), a_loss(), a_loss()
    await put_aside(publisher, first, second, reason=Reason.CLOCK_LIMIT)
    await put_aside(publisher, other, reason=Reason.SCHEMA)

    chosen = replay("performance-raw", "--reason", "clock-limit", "--limit", "1", "--json")
    assert outcomes(chosen, first, second, other) == {first.key(): "replayed"}
    rest = replay("performance-raw", "--json")
    assert outcomes(rest, first, second, other).keys() == {second.key(), other.key()}


async def test_letters_outside_the_asked_time_are_left(replay: Replay, publisher: EventPublisher) -> None:
    event = a_loss()
    await put_aside(publisher, event)
    assert outcomes(replay("performance-raw", "--until", "2020-01-01", "--json"), event) == {}
    assert outcomes(replay("performance-raw", "--json"), event) == {event.key(): "replayed"}


async def test_what_still_breaks_its_contract_stays_unless_the_consumer_is_known_to_be_newer(
    replay: Replay, publisher: EventPublisher, kafka_settings: KafkaSettings
) -> None:
    event = a_loss()
    await put_aside(publisher, event, value=b"{oops", reason=Reason.MALFORMED_JSON)

    for _ in range(2):
        ended = replay("performance-raw", "--json")
        assert (ended.code, outcomes(ended, event)) == (1, {event.key(): "invalid"})
    assert await under_key(kafka_settings, "performance-raw", event.key()) == []

    assert replay("performance-raw", "--unchecked").code == 0
    (back,) = await under_key(kafka_settings, "performance-raw", event.key())
    assert back.value == b"{oops"


async def test_an_observation_that_is_not_newer_than_the_store_is_not_sent(
    replay: Replay, publisher: EventPublisher, store: ClickHouse, kafka_settings: KafkaSettings
) -> None:
    old, newer, unknown = a_removal(5), a_removal(6), a_removal(1)
    await store_revision(store, old.machine_id, 5)
    await store_revision(store, newer.machine_id, 5)
    await put_aside(publisher, old, newer, unknown)

    ended = replay("discovery-raw", "--json")

    expected = {old.key(): "stale", newer.key(): "replayed", unknown.key(): "replayed"}
    assert (ended.code, outcomes(ended, old, newer, unknown)) == (0, expected)
    assert await under_key(kafka_settings, "discovery-raw", old.key()) == []
    assert len(await under_key(kafka_settings, "discovery-raw", newer.key())) == 1
    assert outcomes(replay("discovery-raw", "--json"), old, newer, unknown) == {}


async def test_what_cannot_be_read_never_replaces_a_machines_state(
    replay: Replay, publisher: EventPublisher, kafka_settings: KafkaSettings
) -> None:
    removal = a_removal(1)
    await put_aside(publisher, removal, value=b"{}", reason=Reason.SCHEMA)
    ended = replay("discovery-raw", "--unchecked", "--json")
    assert (ended.code, outcomes(ended, removal)) == (1, {removal.key(): "invalid"})
    assert await under_key(kafka_settings, "discovery-raw", removal.key()) == []


async def test_people_read_which_letters_and_what_became_of_them(
    replay: Replay, publisher: EventPublisher
) -> None:
    event = a_loss()
    await put_aside(publisher, event, reason=Reason.CLOCK_LIMIT)
    ended = replay("performance-raw")
    (line,) = [line for line in ended.out.splitlines() if event.key() in line]
    assert all(word in line for word in ("clock-limit", "replayed", "what was wrong"))
    assert ended.err.splitlines()[-1].endswith("0 stale, 0 invalid.")


async def store_revision(store: ClickHouse, machine_id: UUID, revision: int) -> None:
    columns = ["machine_id", "revision", "name", "source_kind", "observed_at", "document"]
    row = [machine_id, revision, "web-01", "vmware", datetime.now(UTC), "{}"]
    await store.insert_rows("machine_state", columns, [row])


def test_a_topic_without_dead_letters_is_refused_by_name(surveyor: Cli) -> None:
    ended = surveyor("replay", "--topic", "machines")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("surveyor: --topic machines: has no dead letters; discovery-raw, ")
