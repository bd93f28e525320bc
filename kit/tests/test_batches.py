"""Which batches are missing, by what collectors said and what is stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from surveyor_kit.batches import (
    Coverage,
    Published,
    Range,
    Stored,
    compare,
    missing_by_source,
    remember_batches,
    remembered_batches,
    stored_batches,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RUN = ("vcenter-1", uuid4())
KEPT_FOR = timedelta(days=35)
RECENT, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=40)


def coverage(expected: int, stored: int, *missing: Range) -> Coverage:
    return Coverage(*RUN, expected=expected, stored=stored, missing=list(missing))


def a_store_of(numbers: set[int], oldest: datetime = RECENT, gaps: list[Range] | None = None) -> Stored:
    return Stored(len(numbers), min(numbers), max(numbers), gaps or [], oldest)


def compared(published: Published | None, stored: Stored | None) -> list[Coverage]:
    return compare({RUN: published} if published else {}, {RUN: stored} if stored else {}, NOW, KEPT_FOR)


def test_gaps_and_missing_ends_are_found() -> None:
    stored = a_store_of({2, 4}, gaps=[(3, 3)])
    assert compared(Published(RECENT, 6), stored) == [coverage(6, 2, (1, 1), (3, 3), (5, 6))]


def test_batches_newer_than_the_heartbeat_count() -> None:
    assert compared(Published(RECENT, 1), a_store_of({1, 2})) == [coverage(2, 2)]


def test_a_run_that_stored_nothing_is_missing_whole() -> None:
    assert compared(Published(RECENT, 3), None) == [coverage(3, 0, (1, 3))]


def test_a_run_that_has_published_nothing_yet_misses_nothing() -> None:
    assert compared(Published(RECENT, 0), None) == [coverage(0, 0)]


def test_a_run_without_heartbeats_is_judged_by_its_gaps() -> None:
    assert compared(None, a_store_of({1, 3}, gaps=[(2, 2)])) == [coverage(3, 2, (2, 2))]


@pytest.mark.parametrize("published", [Published(LONG_AGO, 9), None])
def test_what_the_store_has_forgotten_is_not_missing(published: Published | None) -> None:
    oldest = RECENT if published else NOW - timedelta(days=34, hours=1)
    stored = a_store_of({7, 9}, oldest, gaps=[(8, 8)])
    assert compared(published, stored) == [coverage(3, 2, (8, 8))]


def test_a_run_that_the_store_has_forgotten_is_left_out() -> None:
    assert compared(Published(LONG_AGO, 9), None) == []


def test_runs_of_one_source_are_added_up() -> None:
    runs = [coverage(4, 2, (1, 2)), coverage(4, 3, (4, 4))]
    assert missing_by_source(runs) == {RUN[0]: 3}


@pytest.fixture
async def store(clickhouse_settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    async with ClickHouse(clickhouse_settings) as store:
        await migrate(store)
        yield store


@pytest.mark.parts
async def test_the_store_tells_its_gaps(store: ClickHouse) -> None:
    columns = ["source_id", "run_id", "batch_no", "values", "ingested_at"]
    just_now = datetime.now(UTC).replace(microsecond=0)
    rows = [[*RUN, number, 5, just_now] for number in (2, 3, 6, 9, 10, 3)]
    await store.insert_rows("ingested_batches", columns, rows)
    assert await stored_batches(store) == {RUN: Stored(5, 2, 10, [(4, 5), (7, 8)], just_now)}


@pytest.mark.parts
async def test_what_a_run_said_last_is_remembered(store: ClickHouse) -> None:
    for number in (3, 7, 5):
        await remember_batches(store, {RUN: Published(RECENT, number)})
    assert await remembered_batches(store) == {RUN: Published(RECENT, 7)}
