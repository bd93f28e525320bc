"""Samples and roll-ups are the same in whatever order, portions and number of times the messages come.

On the real engine, through the service's own handler, and compared with figures worked out apart from it.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from devstack.ledger import Ledger, SeriesKey, check_roll_ups, check_samples
from devstack.ledger.checker import ROLL_UP_TABLES, SAMPLES_STATEMENT, roll_up_statement
from normalizer.bootstrap import Service, build
from normalizer.settings import NormalizerSettings
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import SystemClock
from surveyor_kit.health import Health
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.migrations import migrate
from surveyor_kit.settings import ClickHouseSettings
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.codec import encode
from surveyor_schemas.counters import Metric, VmwareCounter
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)

pytestmark = pytest.mark.parts

INTERVAL_SECONDS = 20
STEPS = 90
"""Three slots of ten minutes."""
MACHINES = 2
START = int(datetime.now(UTC).timestamp()) // 600 * 600 - 7200
COUNTERS = {
    Metric.CPU_PERCENT: (VmwareCounter.CPU_USAGE, "", 1, 100),
    Metric.READ_IOPS: (VmwareCounter.DISK_READ_OPERATIONS, "scsi0:0", 1, 1),
    Metric.RECEIVED_MB_PER_SECOND: (VmwareCounter.NET_RECEIVED, "4000", 1024, 1_000_000),
}


@dataclass(frozen=True)
class Window:
    """What one message says of one machine, before the machine has an id."""

    machine: int
    metric: Metric
    steps: tuple[int, ...]
    values: tuple[int | None, ...]


@st.composite
def windows(draw: st.DrawFn) -> Window:
    steps = sorted(draw(st.sets(st.integers(0, STEPS - 1), min_size=1, max_size=6)))
    value = st.none() | st.integers(0, 10_000)
    return Window(
        draw(st.integers(0, MACHINES - 1)),
        draw(st.sampled_from(list(COUNTERS))),
        tuple(steps),
        tuple(draw(value) for _ in steps),
    )


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[list[Window], list[list[int]]]:
    """Windows, and portions of their numbers: each at least once, some twice, in any order."""
    sent = draw(st.lists(windows(), min_size=1, max_size=8))
    numbers = list(range(len(sent)))
    order = draw(st.permutations(numbers + draw(st.lists(st.sampled_from(numbers), max_size=4))))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=3)) | {0, len(order)})
    return sent, [order[begin:end] for begin, end in pairwise(cuts) if begin < end]


REREAD = [Window(0, Metric.READ_IOPS, (0,), (value,)) for value in (0, 1)]


@given(arrangements())
@example((REREAD, [[0, 1]]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_portions_and_repeats_change_nothing(
    tables: "Tables", arrangement: tuple[list[Window], list[list[int]]]
) -> None:
    sent, portions = arrangement
    machines = [uuid4() for _ in range(MACHINES)]
    messages = [a_message(window, machines) for window in sent]
    rows = tables.after([[messages[number] for number in portion] for portion in portions], machines)

    ledger = Ledger(INTERVAL_SECONDS)
    for window in sent:
        note(ledger, window, machines)
    assert not check_samples(ledger, rows["samples"])
    assert not check_roll_ups(ledger, rows["slots"])


def note(ledger: Ledger, window: Window, machines: Sequence[UUID]) -> None:
    _, instance, multiplier, divisor = COUNTERS[window.metric]
    key = SeriesKey(window.metric, str(machines[window.machine]), instance)
    times = [START + INTERVAL_SECONDS * step for step in window.steps]
    values = [None if value is None else value * multiplier / divisor for value in window.values]
    if any(value is not None for value in values):
        ledger.note(key, times, values)


def a_message(window: Window, machines: Sequence[UUID]) -> ReceivedEvent:
    counter, instance, _, _ = COUNTERS[window.metric]
    values = [None if value is None else float(value) for value in window.values]
    event = PerformanceSampled(
        source_id="vcenter-1",
        source_kind="vmware",
        collector_id="test",
        run_id=uuid4(),
        batch_no=1,
        collected_at=datetime.now(UTC),
        generated=False,
        machines=[
            MachineSamples(
                machine_id=machines[window.machine],
                interval_seconds=INTERVAL_SECONDS,
                timestamps=[START + INTERVAL_SECONDS * step for step in window.steps],
                series=[CounterSeries(counter=counter, instance=instance, values=values)],
            )
        ],
    )
    message = encode(event)
    now = datetime.now(UTC)
    return ReceivedEvent(message.topic, 0, 0, message.key, message.value, message.headers, now)


async def acknowledge(count: int) -> None:
    """Nobody waits for it."""


class Tables:
    """A database with all tables, and the service's handler in front of it."""

    def __init__(self, runner: asyncio.Runner, store: ClickHouse, service: Service) -> None:
        self._runner = runner
        self._store = store
        (self._stream,) = [each for each in service.streams if each.topic == "performance-raw"]

    def after(
        self, portions: Sequence[Sequence[ReceivedEvent]], machines: Sequence[UUID]
    ) -> dict[str, list[dict[str, Any]]]:
        """Handle messages portion by portion; return what is read of these machines then."""
        return self._runner.run(self._after(portions, machines))

    async def _after(
        self, portions: Sequence[Sequence[ReceivedEvent]], machines: Sequence[UUID]
    ) -> dict[str, list[dict[str, Any]]]:
        for portion in portions:
            await self._stream.intake.take(portion, acknowledge)
        ids = {"ids": [str(machine) for machine in machines]}
        slots = [
            row
            for table, metrics in ROLL_UP_TABLES.items()
            for metric in metrics
            if metric in COUNTERS
            for row in await self._store.query_rows(only(roll_up_statement(table, metric), table), ids)
        ]
        samples = await self._store.query_rows(only(SAMPLES_STATEMENT, "samples"), ids)
        return {"samples": samples, "slots": slots}


def only(statement: str, table: str) -> str:
    return statement.replace("GROUP BY", f"WHERE {table}.machine_id IN {{ids:Array(UUID)}} GROUP BY", 1)


@pytest.fixture
def tables(clickhouse: Any) -> Iterator[Tables]:
    with asyncio.Runner() as runner, opened(runner, clickhouse) as store:
        own = NormalizerSettings(machine_wait_seconds=0)
        service = build(own, store, InMemoryPublisher(), Health(), SystemClock())
        yield Tables(runner, store, service)


@contextmanager
def opened(runner: asyncio.Runner, clickhouse: Any) -> Iterator[ClickHouse]:
    store = ClickHouse(
        ClickHouseSettings(
            url=clickhouse.url,
            username=clickhouse.username,
            password=clickhouse.password,
            database=clickhouse.database(),
        )
    )
    runner.run(_migrated(store))
    yield store
    store.close()


async def _migrated(store: ClickHouse) -> None:
    await migrate(store)
