"""Which batches of samples have to be in the store, and which are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import decode_received, read_compacted
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

REMEMBERED_FOR = timedelta(days=34)
"""The store forgets batches after 35 days, so of an older run only what came later can be missed."""

STORED = """
SELECT source_id, run_id, groupUniqArray(batch_no) AS numbers, min(ingested_at) AS oldest
FROM ingested_batches GROUP BY source_id, run_id
"""

Run = tuple[str, UUID]
"""A source, and one start of its collector."""
Range = tuple[int, int]
"""The first and the last of numbers without a gap."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a run's collector says of it."""

    started_at: datetime
    last_batch_no: int


@dataclass(frozen=True, slots=True)
class Stored:
    """The batches of a run that are in the store."""

    numbers: frozenset[int]
    oldest_ingested_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """One run's batches, compared."""

    source_id: str
    run_id: UUID
    expected: int
    stored: int
    missing: list[Range]


async def published_batches(settings: KafkaSettings) -> dict[Run, Published]:
    """Return what the heartbeats on the broker say; compaction leaves the latest of each collector."""
    found: dict[Run, Published] = {}
    async for received in read_compacted(settings, ["collector-status"], client_id="surveyor-verify"):
        try:
            event = decode_received(received)
        except InvalidMessage:
            continue
        if isinstance(event, CollectorHeartbeat):
            for source in (*event.sources, *(event.released or ())):
                run = (source.source_id, event.run_id)
                before = found[run].last_batch_no if run in found else 0
                found[run] = Published(event.started_at, max(before, source.last_batch_no))
    return found


async def stored_batches(store: ClickHouse) -> dict[Run, Stored]:
    """Return the batches in the store."""
    return {
        (row["source_id"], row["run_id"]): Stored(frozenset(row["numbers"]), row["oldest"])
        for row in await store.query_rows(STORED)
    }


def compare(
    published: Mapping[Run, Published], stored: Mapping[Run, Stored], now: datetime
) -> list[Coverage]:
    """Return every run with what is missing of it; its numbers count from 1 without gaps.

    A run of which there are no heartbeats any more is known from the store alone: gaps between its batches
    show, missing last ones cannot. A run of which the store knows nothing, and that began before the
    store's memory, is left out.
    """
    runs = sorted({*published, *stored}, key=lambda run: (run[0], str(run[1])))
    found = [_coverage(run, published.get(run), stored.get(run), now) for run in runs]
    return [coverage for coverage in found if coverage is not None]


def ranges(numbers: Iterable[int]) -> list[Range]:
    """Return ascending numbers as stretches without a gap."""
    found: list[Range] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _coverage(run: Run, published: Published | None, stored: Stored | None, now: datetime) -> Coverage | None:
    began_at = min(
        [
            *([published.started_at] if published else []),
            *([stored.oldest_ingested_at] if stored else []),
        ]
    )
    numbers = stored.numbers if stored else frozenset()
    is_forgotten = now - began_at > REMEMBERED_FOR
    if is_forgotten and not numbers:
        return None
    first = min(numbers) if is_forgotten else 1
    last = max([published.last_batch_no if published else 0, *numbers])
    expected = range(first, last + 1)
    missing = ranges(number for number in expected if number not in numbers)
    return Coverage(*run, expected=len(expected), stored=len(numbers), missing=missing)
