"""The real process between a real broker and a real store."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from devstack.fixtures.service import ServiceProcess
from normalizer.domain.crashes import CRASHES_ALLOWED
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventConsumer, EventPublisher, ReceivedEvent
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.codec import decode, encode
from surveyor_schemas.counters import VmwareCounter
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.examples import examples
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)
from surveyor_schemas.reasons import Reason

pytestmark = pytest.mark.parts

LIFE_SECONDS = 60.0
Eventually = Callable[..., Awaitable[Any]]
Change = Callable[[dict[str, Any]], object]


def observations() -> list[Observation]:
    """The examples of observations, each of a machine of its own, one revision after the other."""
    observed = []
    for revision, example in enumerate(examples("discovery-raw"), start=1):
        if example.model is not MachineRemoved:
            document = json.loads(example.value) | {"machine_id": str(uuid4()), "revision": revision}
            event = example.model.model_validate_json(json.dumps(document))
            assert isinstance(event, Observation)
            observed.append(event)
    return observed


def a_batch(*values: float, machines: int = 1, at: datetime | None = None) -> PerformanceSampled:
    """One batch of CPU samples of its own source; `values` are in the source's 1/100 percent."""
    first = int((at or datetime.now(UTC)).timestamp()) // 20 * 20 - 20 * len(values)
    return PerformanceSampled(
        source_id=f"source-{uuid4().hex[:8]}",
        source_kind="vmware",
        collector_id="test",
        run_id=uuid4(),
        batch_no=1,
        collected_at=datetime.now(UTC),
        generated=False,
        machines=[
            MachineSamples(
                machine_id=uuid4(),
                interval_seconds=20,
                timestamps=[first + 20 * number for number in range(len(values))],
                series=[CounterSeries(counter=VmwareCounter.CPU_USAGE, instance="", values=list(values))],
            )
            for _ in range(machines)
        ],
    )


async def send_changed(publisher: EventPublisher, batch: PerformanceSampled, change: Change) -> bytes:
    """Publish a batch after `change` damaged its document; return the bytes."""
    message = encode(batch)
    document = json.loads(message.value)
    change(document)
    value = json.dumps(document).encode()
    await publisher.publish_raw(message.topic, message.key, value, message.headers)
    return value


async def dead_letters(kafka: KafkaSettings, topic: str, keys: set[bytes]) -> list[ReceivedEvent]:
    """Return one dead letter per key."""
    found: dict[bytes | None, ReceivedEvent] = {}
    async with EventConsumer(kafka, [f"{topic}-dlq"], client_id="test-dlq") as consumer:
        while not keys <= found.keys():
            found |= {event.key: event for event in await consumer.poll() if event.key in keys}
    return [found[key] for key in sorted(keys)]


def header(event: ReceivedEvent, name: str) -> str:
    return dict(event.headers)[name].decode()


async def samples_of(store: ClickHouse, machine_id: UUID) -> list[float]:
    rows = await store.query_rows(
        "SELECT value FROM samples WHERE machine_id = {id:UUID} ORDER BY sampled_at",
        {"id": str(machine_id)},
    )
    return [row["value"] for row in rows]


async def test_observed_machines_become_states_and_changes(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    kafka_settings: KafkaSettings,
    eventually: Eventually,
) -> None:
    observed = observations()
    await publisher.publish_many(observed)
    normalizer.start()

    async def all_stored() -> bool:
        rows = await store.query_rows("SELECT revision FROM machine_state FINAL")
        return sorted(row["revision"] for row in rows) == [event.revision for event in observed]

    await eventually(all_stored)
    changes = await store.query_rows("SELECT kind, field_path FROM machine_changes FINAL")
    assert [tuple(row.values()) for row in changes] == [("machine-added", "machine")] * len(observed)

    expected = {str(event.machine_id).encode() for event in observed}
    for topic in ("environment-changes", "machines"):
        published: set[bytes | None] = set()
        async with EventConsumer(kafka_settings, [topic], client_id="test") as consumer:
            while not expected <= published:
                published |= {event.key for event in await consumer.poll() if event.key in expected}
    assert normalizer.stop() == 0


async def test_samples_are_read_and_rolled_up_in_canonical_units(
    normalizer: ServiceProcess, publisher: EventPublisher, store: ClickHouse, eventually: Eventually
) -> None:
    at = datetime.now(UTC).replace(minute=30, second=0) - timedelta(hours=1)
    batch = a_batch(1000, 2550, 500, at=at)
    machine_id = batch.machines[0].machine_id
    await publisher.publish(batch)
    normalizer.start()

    async def values() -> list[float]:
        return await samples_of(store, machine_id)

    assert await eventually(values) == [10.0, 25.5, 5.0]
    (slot,) = await store.query_rows("SELECT cpu_percent_max, cpu_percent_min FROM machine_10m FINAL")
    assert slot == {"cpu_percent_max": 25.5, "cpu_percent_min": 5.0}
    (noted,) = await eventually(lambda: store.query_rows("SELECT * FROM ingested_batches FINAL"))
    assert (noted["source_id"], noted["batch_no"], noted["values"]) == (batch.source_id, 1, 3)


def _series(document: dict[str, Any]) -> dict[str, Any]:
    series: dict[str, Any] = document["machines"][0]["series"][0]
    return series


def _shift(document: dict[str, Any], seconds: int) -> None:
    machine = document["machines"][0]
    machine["timestamps"] = [time + seconds for time in machine["timestamps"]]


BAD: dict[str, tuple[Change, Reason]] = {
    "schema broken": (lambda d: d.pop("run_id"), Reason.SCHEMA),
    "unequal lengths": (lambda d: _series(d)["values"].pop(), Reason.LENGTH_MISMATCH),
    "not a number": (lambda d: _series(d)["values"].__setitem__(0, float("nan")), Reason.NOT_A_NUMBER),
    "negative": (lambda d: _series(d)["values"].__setitem__(0, -1.0), Reason.NEGATIVE_VALUE),
    "times twice": (
        lambda d: d["machines"][0].update(timestamps=[d["machines"][0]["timestamps"][0]] * 2),
        Reason.TIMESTAMP_ORDER,
    ),
    "from the future": (lambda d: _shift(d, 2 * 3600), Reason.CLOCK_LIMIT),
    "from long ago": (lambda d: _shift(d, -36 * 86_400), Reason.CLOCK_LIMIT),
}


async def test_bad_messages_are_dead_lettered_with_their_reason_and_the_next_is_handled(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    kafka_settings: KafkaSettings,
    group: str,
    eventually: Eventually,
) -> None:
    reasons: dict[bytes, Reason] = {}
    for change, reason in BAD.values():
        batch = a_batch(1, 2)
        await send_changed(publisher, batch, change)
        reasons[batch.source_id.encode()] = reason
    whole = encode(a_batch(1, 2))
    await publisher.publish_raw(whole.topic, b"no-json", b"{oops", whole.headers)
    await publisher.publish_raw(whole.topic, b"no-type", whole.value, [("ce_type", b"surveyor.other.v9")])
    await publisher.publish_raw("discovery-raw", b"no-machine", b"{}", encode(observations()[0]).headers)
    reasons |= {b"no-json": Reason.MALFORMED_JSON, b"no-type": Reason.UNKNOWN_TYPE}
    good, machine = a_batch(4200), observations()[0]
    await publisher.publish_many([good, machine])
    normalizer.start()

    found = await dead_letters(kafka_settings, "performance-raw", set(reasons))
    assert {event.key: header(event, "dl_reason") for event in found} == reasons
    assert {header(event, "dl_topic") for event in found} == {"performance-raw"}
    assert {header(event, "dl_consumer") for event in found} == {group}
    (refused,) = await dead_letters(kafka_settings, "discovery-raw", {b"no-machine"})
    assert header(refused, "dl_reason") == Reason.SCHEMA
    assert await eventually(lambda: samples_of(store, good.machines[0].machine_id)) == [42.0]
    assert await eventually(lambda: store.query_rows("SELECT name FROM machine_state FINAL"))


async def test_neighbours_of_a_bad_machine_are_stored_and_its_part_can_be_sent_again(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    kafka_settings: KafkaSettings,
    eventually: Eventually,
) -> None:
    batch = a_batch(100, 200, machines=3)
    bad, *good = [machine.machine_id for machine in batch.machines]
    await send_changed(publisher, batch, lambda d: _series(d)["values"].__setitem__(0, -1.0))
    normalizer.start()

    (letter,) = await dead_letters(kafka_settings, "performance-raw", {batch.source_id.encode()})
    for machine_id in good:
        assert await eventually(lambda each=machine_id: samples_of(store, each)) == [1.0, 2.0]
    assert await samples_of(store, bad) == []

    assert letter.value is not None
    repaired = json.loads(letter.value)
    _series(repaired)["values"][0] = 300.0
    headers = [(name, value) for name, value in letter.headers if not name.startswith("dl_")]
    value = json.dumps(repaired).encode()
    decode("performance-raw", headers, value)
    await publisher.publish_raw("performance-raw", letter.key, value, headers)
    assert await eventually(lambda: samples_of(store, bad)) == [3.0, 2.0]


async def test_a_message_that_kills_its_consumer_is_found_and_dead_lettered(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    kafka_settings: KafkaSettings,
    eventually: Eventually,
) -> None:
    """SIGKILL at work, as by the kernel when memory is short: three times at a batch, then at one message."""
    poison, elsewhere = a_batch(200), a_batch(100)
    before, behind = (
        a_batch(value).model_copy(update={"source_id": poison.source_id}) for value in (300, 400)
    )
    await publisher.publish_many([before, elsewhere])
    placed = await publisher.publish(poison)
    await publisher.publish(behind)
    lethal = {
        "SURVEYOR_CRASH_AT": f"{placed.topic}/{placed.partition}/{placed.offset}",
        "SURVEYOR_NORMALIZER__INSTANCE_ID": "only",  # the next life need not wait for the last one's session
    }
    for _ in range(2 * CRASHES_ALLOWED):
        normalizer.spawn(**lethal)
        assert await asyncio.to_thread(normalizer.wait, LIFE_SECONDS) == -signal.SIGKILL, (
            normalizer.log_tail()
        )
    normalizer.start(**lethal)

    (letter,) = await dead_letters(kafka_settings, "performance-raw", {poison.source_id.encode()})
    assert (header(letter, "dl_reason"), letter.value) == (Reason.UNEXPECTED, encode(poison).value)
    for good, value in ((before, 3.0), (elsewhere, 1.0), (behind, 4.0)):
        machine_id = good.machines[0].machine_id
        assert await eventually(lambda each=machine_id: samples_of(store, each)) == [value]
    assert await samples_of(store, poison.machines[0].machine_id) == []


async def test_a_day_that_is_over_is_sealed_and_sealed_again_for_late_samples(
    normalizer: ServiceProcess, publisher: EventPublisher, store: ClickHouse, eventually: Eventually
) -> None:
    day_before = datetime.now(UTC).replace(hour=0, minute=0, second=0) - timedelta(days=2)
    batch = a_batch(1000, at=day_before + timedelta(minutes=25))
    (early,) = batch.machines
    (evening,) = a_batch(3000, at=day_before + timedelta(hours=23, minutes=55)).machines
    same_machine = evening.model_copy(update={"machine_id": early.machine_id})
    late = batch.model_copy(update={"batch_no": 2, "machines": [same_machine]})
    await publisher.publish(batch)
    normalizer.start()

    async def peaks() -> dict[int, float]:
        rows = await store.query_rows("SELECT day, peaks FROM peaks_day FINAL WHERE metric = 'cpu_percent'")
        assert [row["day"] for row in rows] in ([], [day_before.date()])
        return {slot: peak for row in rows for slot, peak in enumerate(row["peaks"]) if peak is not None}

    assert await eventually(peaks) == {2: 10.0}
    await publisher.publish(late)

    async def both() -> bool:
        return await peaks() == {2: 10.0, 143: 30.0}

    await eventually(both)


async def test_a_repeated_stop_and_start_goes_on_where_it_was(
    normalizer: ServiceProcess, publisher: EventPublisher, store: ClickHouse, eventually: Eventually
) -> None:
    for value in (100.0, 200.0):
        batch = a_batch(value)
        normalizer.start()
        await publisher.publish(batch)
        machine_id = batch.machines[0].machine_id
        assert await eventually(lambda each=machine_id: samples_of(store, each)) == [value / 100]
        assert normalizer.stop() == 0


async def test_lag_and_latency_are_measured(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    eventually: Eventually,
    group: str,
) -> None:
    batch = a_batch(100.0)
    await publisher.publish(batch)
    normalizer.start()
    await eventually(lambda: samples_of(store, batch.machines[0].machine_id))
    async with httpx.AsyncClient(base_url=normalizer.url, trust_env=False) as client:

        async def metrics() -> dict[str, float]:
            text = (await client.get("/metrics")).text
            lines = [line for line in text.splitlines() if not line.startswith("#")]
            return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

        async def caught_up() -> bool:
            lags = {
                n: v
                for n, v in (await metrics()).items()
                if n.startswith("surveyor_consumer_lag_events") and f'consumer="{group}"' in n
            }
            return len(lags) == 12 and sum(lags.values()) == 0

        await eventually(caught_up)
        found = await metrics()
    assert found['surveyor_normalizer_queryable_seconds_count{topic="performance-raw"}'] == 1
    assert found['surveyor_normalizer_samples_stored_total{source_kind="vmware"}'] == 1
    consumed = f'surveyor_events_consumed_total{{consumer="{group}",topic="performance-raw"}}'
    assert found[consumed] == 1


@pytest.mark.slow
@pytest.mark.parametrize("part", ["kafka", "clickhouse"])
async def test_a_part_that_goes_away_is_waited_for_and_nothing_is_lost(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    eventually: Eventually,
    request: pytest.FixtureRequest,
    part: str,
) -> None:
    normalizer.start()
    before, during, after = a_batch(100.0), a_batch(200.0), a_batch(300.0)
    await publisher.publish(before)
    assert await eventually(lambda: samples_of(store, before.machines[0].machine_id)) == [1.0]

    lifecycle = request.getfixturevalue(part)
    await asyncio.to_thread(lifecycle.kill)
    sending = asyncio.create_task(publisher.publish(during))
    await asyncio.to_thread(normalizer.wait_until, lambda: not normalizer.is_ready(), 120)
    await asyncio.to_thread(lifecycle.start)
    await sending
    await publisher.publish(after)

    for batch, value in ((during, 2.0), (after, 3.0)):
        wanted = batch.machines[0].machine_id
        assert await eventually(lambda each=wanted: samples_of(store, each), 120) == [value]
    await asyncio.to_thread(normalizer.wait_until, normalizer.is_ready, 120)
    assert normalizer.stop() == 0
