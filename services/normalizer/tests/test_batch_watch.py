"""The watch over batches: what is missing shows after its grace, and no longer than it is missing."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from normalizer.batch_watch import BatchWatch
from surveyor_kit.batches import Run
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.testing import SettableClock
from surveyor_schemas.codec import encode
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, ReleasedSource

pytestmark = pytest.mark.parts

GRACE_SECONDS = 300


def a_heartbeat(run: Run, last_batch_no: int) -> ReceivedEvent:
    now = datetime.now(UTC)
    event = CollectorHeartbeat(
        collector_id="collector",
        kind="vmware",
        version="0.1.0",
        run_id=run[1],
        started_at=now,
        sent_at=now,
        stopping=False,
        spool_bytes=0,
        sources=[],
        released=[ReleasedSource(source_id=run[0], last_batch_no=last_batch_no)],
    )
    message = encode(event)
    return ReceivedEvent(message.topic, 0, 0, message.key, message.value, message.headers, now)


def a_watch(store: ClickHouse, clock: SettableClock) -> BatchWatch:
    return BatchWatch(store, clock, timedelta(seconds=GRACE_SECONDS), timedelta(days=35))


async def ingest(store: ClickHouse, run: Run, *numbers: int) -> None:
    columns = ["source_id", "run_id", "batch_no", "values"]
    await store.insert_rows("ingested_batches", columns, [[*run, number, 1] for number in numbers])


def shown(source_id: str) -> float | None:
    return REGISTRY.get_sample_value("surveyor_normalizer_batches_missing", {"source_id": source_id})


async def test_a_batch_is_missing_after_its_grace_and_until_it_is_stored(store: ClickHouse) -> None:
    clock, run = SettableClock(datetime.now(UTC)), (f"source-{uuid4()}", uuid4())
    watch = a_watch(store, clock)
    watch.note(a_heartbeat(run, last_batch_no=3))
    await ingest(store, run, 1)

    assert await watch.check() == {run[0]: 0}
    clock.advance(GRACE_SECONDS + 1)
    assert await watch.check() == {run[0]: 2}
    assert shown(run[0]) == 2

    await ingest(store, run, 2, 3)
    assert await watch.check() == {run[0]: 0}
    assert shown(run[0]) == 0


async def test_a_gap_needs_no_grace(store: ClickHouse) -> None:
    run = (f"source-{uuid4()}", uuid4())
    await ingest(store, run, 1, 3)
    assert await a_watch(store, SettableClock(datetime.now(UTC))).check() == {run[0]: 1}


async def test_what_a_run_said_outlives_its_heartbeat_and_the_watch(store: ClickHouse) -> None:
    """The broker keeps only the last heartbeat of a collector: that of its next run."""
    clock, run = SettableClock(datetime.now(UTC)), (f"source-{uuid4()}", uuid4())
    watch = a_watch(store, clock)
    watch.note(a_heartbeat(run, last_batch_no=2))
    await ingest(store, run, 1)
    await watch.check()

    another = a_watch(store, clock)
    await another.check()
    clock.advance(GRACE_SECONDS + 1)
    assert await another.check() == {run[0]: 1}
