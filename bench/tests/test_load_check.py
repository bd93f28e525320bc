"""A load that was sent can be checked by its record alone, and the check sees what is wrong."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bench.load.check import check
from bench.load.record import SentLoad

from devstack.ledger import LoadPlan, Totals
from normalizer.bootstrap import build
from normalizer.settings import NormalizerSettings
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import SystemClock
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings
from surveyor_kit.testing import InMemoryPublisher

PLAN = LoadPlan(seed=3, machines=230, minutes=10, start_at=datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
async def store(clickhouse: Any) -> AsyncIterator[ClickHouse]:
    settings = ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )
    async with ClickHouse(settings) as store:
        await migrate(store)
        yield store


async def stored(plan: LoadPlan, store: ClickHouse) -> SentLoad:
    """Put a load into the store by the normalizer's own handler."""
    service = build(NormalizerSettings(), store, InMemoryPublisher(), Health(), SystemClock())
    (stream,) = [each for each in service.streams if each.topic == "performance-raw"]
    totals, now = Totals(), datetime.now(UTC)
    messages = [
        ReceivedEvent(each.topic, 0, offset, each.key, each.value, each.headers, now)
        for offset, each in enumerate(plan.messages(totals=totals))
    ]
    await stream.intake.take(messages, acknowledge)
    return SentLoad.of(plan, totals)


async def acknowledge(count: int) -> None:
    """Nobody waits for it."""


def test_a_record_is_read_as_it_was_written() -> None:
    sent = SentLoad(PLAN, 12, {"cpu_percent": 34})
    assert SentLoad.from_json(sent.to_json()) == sent


@pytest.mark.parts
async def test_a_load_that_is_whole_passes_and_planted_errors_do_not(store: ClickHouse) -> None:
    sent = await stored(PLAN, store)
    assert await check(sent, store, seed=1) == []

    await store.command(
        "INSERT INTO machine_10m (machine_id, slot_at, interval_seconds, cpu_percent_max)"
        " SELECT machine_id, slot_at, interval_seconds, 101 FROM machine_10m"
    )
    faults = await check(sent, store, seed=1)
    assert len(faults) == 3
    assert all("wrong=" in fault for fault in faults)

    await store.command("TRUNCATE TABLE performance_samples")
    assert f"cpu_percent: 0 samples are readable, {sent.samples['cpu_percent']} were sent" in await check(
        sent, store, seed=1
    )
