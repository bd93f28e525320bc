import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from cli.tests.command import Cli, Ended

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher
from surveyor_schemas.status.collector_heartbeat_v1 import (
    CollectorHeartbeat,
    ReleasedSource,
    SourceStatus,
)


def a_heartbeat(source_id: str, run_id: UUID, last_batch_no: int) -> CollectorHeartbeat:
    now = datetime.now(UTC)
    source = SourceStatus(
        source_id=source_id,
        kind="vcenter",
        address="vcenter.example:443",
        state="connected",
        product=None,
        capabilities={},
        machine_count=1,
        powered_on_count=1,
        inventory_read_at=now,
        newest_sample_at=now,
        performance_lag_seconds=1.0,
        clock_skew_seconds=0.0,
        last_batch_no=last_batch_no,
        values_published=10,
        polls_skipped=0,
        last_error=None,
    )
    return CollectorHeartbeat(
        collector_id=f"collector-{uuid4()}",
        kind="vmware",
        version="0.1.0",
        run_id=run_id,
        started_at=now,
        sent_at=now,
        stopping=False,
        spool_bytes=0,
        sources=[source],
    )


async def store_batches(store: ClickHouse, source_id: str, run_id: UUID, numbers: Sequence[int]) -> None:
    columns = ["source_id", "run_id", "batch_no", "values"]
    await store.insert_rows("ingested_batches", columns, [[source_id, run_id, n, 5] for n in numbers])


def of_source(ended: Ended, source_id: str) -> list[dict[str, Any]]:
    return [run for run in json.loads(ended.out) if run["source_id"] == source_id]


@pytest.mark.parts
async def test_a_missing_batch_ends_the_command_with_1_until_it_is_stored(
    surveyor: Cli, environment: dict[str, str], publisher: EventPublisher, store: ClickHouse
) -> None:
    source_id, run_id = f"source-{uuid4()}", uuid4()
    await publisher.publish(a_heartbeat(source_id, run_id, last_batch_no=4))
    await store_batches(store, source_id, run_id, [1, 2])

    words = ("verify", "--wait-seconds", "0")
    ended = surveyor(*words, "--json", env=environment)
    assert ended.code == 1
    (run,) = of_source(ended, source_id)
    assert run == {
        "source_id": source_id,
        "run_id": str(run_id),
        "expected": 4,
        "stored": 2,
        "missing": [{"first": 3, "last": 4}],
    }
    (line,) = [line for line in surveyor(*words, env=environment).out.splitlines() if source_id in line]
    assert line.split()[-3:] == ["4", "2", "3-4"]

    await store_batches(store, source_id, run_id, [3, 4])
    (run,) = of_source(surveyor(*words, "--json", env=environment), source_id)
    assert (run["stored"], run["missing"]) == (4, [])


@pytest.mark.parts
async def test_batches_of_a_source_that_changed_hands_are_not_forgotten(
    surveyor: Cli, environment: dict[str, str], publisher: EventPublisher, store: ClickHouse
) -> None:
    source_id, run_id = f"source-{uuid4()}", uuid4()
    released = ReleasedSource(source_id=source_id, last_batch_no=2)
    before = a_heartbeat(f"source-{uuid4()}", run_id, last_batch_no=0)
    await publisher.publish(before.model_copy(update={"released": [released]}))
    await store_batches(store, source_id, run_id, [1])

    ended = surveyor("verify", "--wait-seconds", "0", "--json", env=environment)

    (run,) = of_source(ended, source_id)
    assert (run["expected"], run["missing"]) == (2, [{"first": 2, "last": 2}])
