import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from query_api.streams import feed as feed_module
from query_api.streams.feed import Feed, FeedEvent, FeedReader, format_places, parse_places
from query_api.testing.builders import a_change
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.testing import SettableClock
from surveyor_schemas.codec import encode

MACHINE = UUID(int=1)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def feed(clock: SettableClock) -> Feed:
    return Feed(KafkaSettings(bootstrap_servers="127.0.0.1:9"), "environment-changes", clock, Health())


class Sender:
    """Hands messages to a feed as its consumer does."""

    def __init__(self, feed: Feed, clock: SettableClock) -> None:
        self._feed, self._clock = feed, clock

    def send(
        self, revision: int, partition: int = 0, offset: int | None = None, value: bytes | None = None
    ) -> None:
        encoded = encode(a_change(machine_id=MACHINE, revision=revision))
        offset = revision if offset is None else offset
        received = ReceivedEvent(
            encoded.topic,
            partition,
            offset,
            encoded.key,
            value or encoded.value,
            encoded.headers,
            self._clock.now(),
        )
        self._feed.take(received)


@pytest.fixture
def sender(feed: Feed, clock: SettableClock) -> Sender:
    return Sender(feed, clock)


async def rest_of(reader: FeedReader, feed: Feed) -> list[FeedEvent]:
    feed.close()
    async with asyncio.timeout(10):
        return [item async for item in reader]


def revisions(items: list[FeedEvent]) -> list[Any]:
    return [item.event.revision for item in items]  # type: ignore[attr-defined]  # changes only


async def test_a_new_reader_sees_what_comes_from_now_on(feed: Feed, sender: Sender) -> None:
    sender.send(1)
    async with feed.reading(None) as reader:
        sender.send(2)
        assert revisions(await rest_of(reader, feed)) == [2]


async def test_a_reader_that_comes_back_sees_what_it_missed_once(feed: Feed, sender: Sender) -> None:
    async with feed.reading(None) as reader:
        sender.send(1)
        sender.send(2)
        first = await anext(aiter(reader))
    sender.send(3)

    async with feed.reading(first.place) as reader:
        assert revisions(await rest_of(reader, feed)) == [2, 3]


async def test_a_place_holds_at_a_replica_that_interleaves_otherwise(clock: SettableClock) -> None:
    feeds = [
        Feed(KafkaSettings(bootstrap_servers="127.0.0.1:9"), "environment-changes", clock, Health())
        for _ in range(2)
    ]
    first, second = (Sender(feed, clock) for feed in feeds)
    first.send(1, partition=0, offset=0)
    first.send(2, partition=1, offset=0)
    seen = feeds[0].place()
    second.send(2, partition=1, offset=0)
    second.send(3, partition=1, offset=1)
    second.send(1, partition=0, offset=0)

    async with feeds[1].reading(seen) as reader:
        assert revisions(await rest_of(reader, feeds[1])) == [3]


async def test_events_older_than_ten_minutes_are_forgotten(
    feed: Feed, sender: Sender, clock: SettableClock
) -> None:
    sender.send(1)
    clock.advance(timedelta(minutes=11).total_seconds())
    sender.send(2)

    async with feed.reading("0:0") as reader:
        assert revisions(await rest_of(reader, feed)) == [2]


async def test_a_reader_that_is_too_slow_is_cut_off(
    feed: Feed, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "READER_QUEUE", 2)
    async with feed.reading(None) as reader:
        for revision in range(5):
            sender.send(revision)
        async with asyncio.timeout(10):
            seen = [item async for item in reader]

    assert len(seen) < 5


async def test_a_message_that_breaks_its_contract_is_passed_over(feed: Feed, sender: Sender) -> None:
    async with feed.reading(None) as reader:
        sender.send(1, value=b"{")
        sender.send(2)
        assert revisions(await rest_of(reader, feed)) == [2]


async def test_a_feed_that_has_ended_ends_its_readers(feed: Feed) -> None:
    feed.close()
    async with feed.reading(None) as reader:
        assert revisions(await rest_of(reader, feed)) == []


@pytest.mark.parametrize("text", ["", "nonsense", "0:x", "-1:2", "0:1:2,"])
def test_what_is_not_a_place_means_the_beginning(text: str) -> None:
    assert parse_places(text) == {}


def test_a_place_survives_being_written() -> None:
    assert parse_places(format_places({2: 9, 0: 17})) == {0: 17, 2: 9}
