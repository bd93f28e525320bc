"""From the collector's send to a row that can be queried, at the pace of an estate of 35,000 machines."""

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta

import numpy
from bench.normalizer.installation import Installation
from bench.normalizer.surveyor import environment, put_at_end
from bench.report import Figures

from devstack.fixtures.service import ServiceProcess
from devstack.ledger import LoadPlan
from devstack.ledger.load import Totals
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher
from surveyor_schemas.codec import EncodedEvent
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

VALUES_PER_SECOND = 21_000
SECONDS = 45
POLL_SECONDS = 0.05
TIMEOUT_SECONDS = 60.0
Batch = tuple[str, int]


async def run_latency(parts: Installation, seed: int) -> Figures:
    """Send messages evenly, note when each is noted as ingested; that comes after its rows and roll-ups."""
    group = f"latency-{secrets.token_hex(4)}"
    await put_at_end(parts, group)
    async with parts.database() as store:
        log = parts.directory / "latency.log"
        with ServiceProcess("normalizer", "NORMALIZER", environment(parts, store, group), log) as process:
            process.start()
            sent: dict[Batch, float] = {}
            sending = asyncio.create_task(_send_paced(parts, seed, sent))
            seconds = await _seconds_until_stored(store, sent, sending)
            process.stop()
    return {f"latency_p{percent}_seconds": float(numpy.percentile(seconds, percent)) for percent in (50, 99)}


async def _send_paced(parts: Installation, seed: int, sent: dict[Batch, float]) -> None:
    plan = LoadPlan(
        seed=seed + 1,
        machines=VALUES_PER_SECOND * SECONDS // 100,
        minutes=5,
        start_at=datetime.now(UTC) - timedelta(minutes=10),
        only="vmware",
    )
    totals = Totals()
    async with EventPublisher(parts.kafka, client_id="latency") as publisher:
        began_at = time.monotonic()
        for message in plan.messages(totals=totals):
            await asyncio.sleep(began_at + _values(totals) / VALUES_PER_SECOND - time.monotonic())
            if time.monotonic() - began_at > SECONDS:
                return
            sent[_batch(message)] = time.monotonic()
            await publisher.publish_raw(message.topic, message.key, message.value, message.headers)


async def _seconds_until_stored(
    store: ClickHouse, sent: dict[Batch, float], sending: asyncio.Task[None]
) -> list[float]:
    seconds: dict[Batch, float] = {}
    deadline = time.monotonic() + SECONDS + TIMEOUT_SECONDS
    while not sending.done() or len(seconds) < len(sent):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(sent) - len(seconds)} messages are not stored")
        rows = await store.query_rows("SELECT DISTINCT source_id, batch_no FROM ingested_batches")
        now = time.monotonic()
        for batch in {(row["source_id"], row["batch_no"]) for row in rows} - seconds.keys():
            seconds[batch] = now - sent[batch]
        await asyncio.sleep(POLL_SECONDS)
    await sending
    return list(seconds.values())


def _batch(message: EncodedEvent) -> Batch:
    event = PerformanceSampled.model_validate_json(message.value)
    return event.source_id, event.batch_no


def _values(totals: Totals) -> int:
    return sum(totals.samples.values())
