"""Malformed messages among good ones: each good sample stored, each bad one put aside with its reason."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from aiokafka import AIOKafkaConsumer
from tests.chaos.installation import Installation, installed
from tests.ledger.reading import Offsets, send
from tests.poison.kinds import KINDS, MACHINES

from devstack.fixtures.broker import running_kafka
from devstack.fixtures.store import ClickHouse
from devstack.ledger import Ledger, check_samples
from devstack.ledger.checker import SAMPLES_STATEMENT
from devstack.ledger.expected import SeriesKey
from surveyor_kit.kafka import client_options
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.codec import EncodedEvent, encode
from surveyor_schemas.counters import Metric, VmwareCounter
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)
from surveyor_schemas.topics import dead_letter_topic

pytestmark = [pytest.mark.parts, pytest.mark.slow, pytest.mark.timeout(3600)]

TOPIC = "performance-raw"
INTERVAL_SECONDS = 20
SAMPLES = 2
MACHINES_SEEN = 500
NAMESPACE = UUID("5b0f3f52-0a34-5f0c-9a0a-0f6d1c6c7b7e")
HANDLED_TIMEOUT_SECONDS = 3000.0
QUIET_MS = 3000


@dataclass(frozen=True)
class Mixture:
    """How many messages; the bad ones are spread evenly among the good."""

    good: int
    bad: int


class Load:
    """Small messages of consecutive samples, and what must come of them."""

    def __init__(self, mixture: Mixture, seed: int) -> None:
        self.ledger = Ledger(INTERVAL_SECONDS)
        self.refused: Counter[tuple[str, str]] = Counter()
        self._mixture = mixture
        self._seed = seed
        self._number = 0
        steps = (mixture.good + mixture.bad) * 2 // MACHINES_SEEN + 2
        now = datetime.now(UTC) - timedelta(seconds=steps * SAMPLES * INTERVAL_SECONDS)
        self._start = int(now.timestamp()) // INTERVAL_SECONDS * INTERVAL_SECONDS

    def messages(self) -> Iterator[EncodedEvent]:
        """Give good messages, and after every so many a bad one, of each kind in turn."""
        every = self._mixture.good // self._mixture.bad
        for number in range(self._mixture.bad):
            for _ in range(every):
                yield self._good(1)
            yield self._bad(number)

    def _bad(self, number: int) -> EncodedEvent:
        kind = KINDS[number % len(KINDS)]
        keeps_neighbours = kind in MACHINES
        good = self._good(3 if keeps_neighbours else 1, spoiled_last=True)
        value, headers = kind.spoil(good)
        self.refused[kind.name, kind.reason] += 1
        named = [("ce_id", kind.name.encode()), *(header for header in headers if header[0] != "ce_id")]
        return replace(good, value=value, headers=named)  # type: ignore[arg-type]  # some have no value

    def _good(self, machine_count: int, *, spoiled_last: bool = False) -> EncodedEvent:
        machines = []
        for place in range(machine_count):
            machine = self._machine()
            machines.append(machine)
            if not (spoiled_last and place == machine_count - 1):
                self._note(machine)
        event = PerformanceSampled(
            source_id=f"poison-{self._number % 60}",
            source_kind="vmware",
            collector_id="poison",
            run_id=NAMESPACE,
            batch_no=self._number,
            collected_at=datetime.now(UTC),
            generated=True,
            machines=machines,
        )
        return encode(event)

    def _machine(self) -> MachineSamples:
        """The next samples of the next machine; no two hold the same time of one machine."""
        self._number += 1
        step, position = divmod(self._number, MACHINES_SEEN)
        first = self._start + step * SAMPLES * INTERVAL_SECONDS
        values: list[float | None] = [float((self._number * 7 + place) % 10_000) for place in range(SAMPLES)]
        return MachineSamples(
            machine_id=uuid5(NAMESPACE, f"{self._seed}/{position}"),
            interval_seconds=INTERVAL_SECONDS,
            timestamps=[first + place * INTERVAL_SECONDS for place in range(SAMPLES)],
            series=[CounterSeries(counter=VmwareCounter.CPU_USAGE, instance="", values=values)],
        )

    def _note(self, machine: MachineSamples) -> None:
        key = SeriesKey(Metric.CPU_PERCENT, str(machine.machine_id), "")
        values = [None if value is None else value / 100 for value in machine.series[0].values]
        self.ledger.note(key, machine.timestamps, values)


@pytest.fixture
async def installation(clickhouse: ClickHouse, tmp_path: Path) -> AsyncIterator[Installation]:
    """A broker of its own, so that its dead letters are this test's, and the shared store."""
    settings = {"PERFORMANCE_BATCH_EVENTS": "500", "BATCH_WAIT_SECONDS": "0.5"}
    with running_kafka(tmp_path) as broker:
        async with installed(broker, clickhouse, tmp_path, **settings) as installation:
            yield installation


async def test_good_messages_are_stored_and_bad_ones_put_aside(installation: Installation) -> None:
    await mixed(installation, Mixture(good=6_000, bad=60))


@pytest.mark.scale
async def test_ten_thousand_bad_messages_among_a_million_good_ones(installation: Installation) -> None:
    await mixed(installation, Mixture(good=1_000_000, bad=10_000))


async def mixed(installation: Installation, mixture: Mixture) -> None:
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}: {mixture}")
    load = Load(mixture, seed)
    await send(load.messages(), installation.kafka)
    await asyncio.to_thread(installation.run_workers, 1)
    await until_handled(installation)
    findings = check_samples(load.ledger, await installation.store.query_rows(SAMPLES_STATEMENT))
    assert not findings, findings
    assert await dead_letters(installation.kafka) == load.refused


async def until_handled(installation: Installation) -> None:
    offsets = Offsets(installation)
    deadline = time.monotonic() + HANDLED_TIMEOUT_SECONDS
    end = await offsets.end()
    while await offsets.committed() < end:
        assert installation.running(), installation.log_tails()
        assert time.monotonic() < deadline, installation.log_tails()
        await asyncio.sleep(0.5)


async def dead_letters(kafka: KafkaSettings) -> Counter[tuple[str, str]]:
    """Count the dead letters by kind and reason."""
    found: Counter[tuple[str, str]] = Counter()
    options = client_options(kafka) | {"auto_offset_reset": "earliest", "enable_auto_commit": False}
    async with AIOKafkaConsumer(dead_letter_topic(TOPIC), **options) as consumer:
        while batches := await consumer.getmany(timeout_ms=QUIET_MS, max_records=10_000):
            for records in batches.values():
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    found[headers["ce_id"], headers["dl_reason"]] += 1
    return found


def test_the_kinds_are_thirty_and_have_names_of_their_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) == 30
