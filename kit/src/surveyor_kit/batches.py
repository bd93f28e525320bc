"""Which batches of samples have to be in the store, and which are.

A collector numbers its batches of a source from 1 in each run, and says in its heartbeats how far it is. The
normalizer notes the heartbeats in `published_batches`, because the broker keeps a collector's last one only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.errors import InvalidMessage
from surveyor_kit.kafka import ReceivedEvent, decode_received, read_compacted
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

STATUS = "collector-status"
FORGETS_SOONER = timedelta(days=1)
"""The store forgets single batches, so of a run older than its memory, less this, only what came later can
be missed."""

STORED = """
SELECT
    source_id, run_id, oldest, length(numbers) AS stored, numbers[1] AS first, numbers[-1] AS last,
    arrayFilter(
        gap -> gap.1 <= gap.2,
        arrayMap((before, after) -> (before + 1, after - 1), arrayPopBack(numbers), arrayPopFront(numbers))
    ) AS gaps
FROM
(
    SELECT
        source_id, run_id, min(ingested_at) AS oldest, arraySort(groupUniqArray(batch_no)) AS numbers
    FROM ingested_batches GROUP BY source_id, run_id
)
"""
REMEMBERED = """
SELECT source_id, run_id, min(started_at) AS started_at, max(last_batch_no) AS last_batch_no
FROM published_batches GROUP BY source_id, run_id
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

    count: int
    first: int
    last: int
    gaps: list[Range]
    """Between the first and the last."""
    oldest_ingested_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """One run's batches, compared."""

    source_id: str
    run_id: UUID
    expected: int
    stored: int
    missing: list[Range]

    @property
    def missing_count(self) -> int:
        """How many batches are missing."""
        return sum(last - first + 1 for first, last in self.missing)


def note_heartbeat(received: ReceivedEvent, published: dict[Run, Published]) -> None:
    """Take over what a message of `collector-status` says; one that says nothing of batches is left out."""
    try:
        event = decode_received(received)
    except InvalidMessage:
        return
    if isinstance(event, CollectorHeartbeat):
        for source in (*event.sources, *(event.released or ())):
            run = (source.source_id, event.run_id)
            before = published[run].last_batch_no if run in published else 0
            published[run] = Published(event.started_at, max(before, source.last_batch_no))


async def published_batches(settings: KafkaSettings, store: ClickHouse) -> dict[Run, Published]:
    """Return what the heartbeats say, those on the broker and those that were noted before."""
    found = await remembered_batches(store)
    async for received in read_compacted(settings, [STATUS], client_id="surveyor-verify"):
        note_heartbeat(received, found)
    return found


async def remembered_batches(store: ClickHouse) -> dict[Run, Published]:
    """Return what was noted of heartbeats."""
    return {
        (row["source_id"], row["run_id"]): Published(row["started_at"], row["last_batch_no"])
        for row in await store.query_rows(REMEMBERED)
    }


async def remember_batches(store: ClickHouse, published: Mapping[Run, Published]) -> None:
    """Note what heartbeats said; repeating it changes nothing."""
    await store.insert_rows(
        "published_batches",
        ["source_id", "run_id", "started_at", "last_batch_no"],
        [[*run, said.started_at, said.last_batch_no] for run, said in published.items()],
    )


async def stored_batches(store: ClickHouse) -> dict[Run, Stored]:
    """Return the batches in the store."""
    return {
        (row["source_id"], row["run_id"]): Stored(
            row["stored"], row["first"], row["last"], [(a, b) for a, b in row["gaps"]], row["oldest"]
        )
        for row in await store.query_rows(STORED)
    }


def compare(
    published: Mapping[Run, Published], stored: Mapping[Run, Stored], now: datetime, kept_for: timedelta
) -> list[Coverage]:
    """Return every run with what is missing of it; its numbers count from 1 without gaps.

    A run of which there are no heartbeats any more is known from the store alone: gaps between its batches
    show, missing last ones cannot. A run of which the store knows nothing, and that began before the
    store's memory, is left out.

    Args:
        published: What collectors said.
        stored: What the store has.
        now: The present.
        kept_for: How long the store keeps the number of a batch.
    """
    remembered_since = now - kept_for + FORGETS_SOONER
    runs = sorted({*published, *stored}, key=lambda run: (run[0], str(run[1])))
    found = [_coverage(run, published.get(run), stored.get(run), remembered_since) for run in runs]
    return [coverage for coverage in found if coverage is not None]


def missing_by_source(runs: Iterable[Coverage]) -> dict[str, int]:
    """Add up over runs how many batches of each source are missing; none is 0."""
    found: dict[str, int] = {}
    for run in runs:
        found[run.source_id] = found.get(run.source_id, 0) + run.missing_count
    return found


def _coverage(
    run: Run, published: Published | None, stored: Stored | None, remembered_since: datetime
) -> Coverage | None:
    said_last = published.last_batch_no if published else 0
    if stored is None:
        if published is None or published.started_at < remembered_since:
            return None
        missing = [(1, said_last)] if said_last else []
        return Coverage(*run, expected=said_last, stored=0, missing=missing)
    began_at = min(
        stored.oldest_ingested_at, published.started_at if published else stored.oldest_ingested_at
    )
    first = stored.first if began_at < remembered_since else 1
    last = max(said_last, stored.last)
    ends = [(first, stored.first - 1), *stored.gaps, (stored.last + 1, last)]
    missing = [(begin, end) for begin, end in ends if begin <= end]
    return Coverage(*run, expected=last - first + 1, stored=stored.count, missing=missing)
