"""The real process killed at each step of a batch of observations: each change once, each state the last."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from devstack.fixtures.service import ServiceProcess
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventConsumer, EventPublisher
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.examples import examples

pytestmark = [pytest.mark.parts, pytest.mark.slow]

Eventually = Callable[..., Awaitable[Any]]
STEPS = ("before_changes", "after_changes", "after_state", "before_ack")
MACHINES = 12
REVISIONS = 4
LIFE_SECONDS = 120.0
SETTINGS = {
    "SURVEYOR_NORMALIZER__DISCOVERY_BATCH_EVENTS": "5",
    "SURVEYOR_NORMALIZER__INSTANCE_ID": "only",  # the next life need not wait for the last one's session
}


def renamed_again_and_again() -> list[VmwareMachineObserved]:
    """Machines that have another name in each revision."""
    (ordinary,) = (
        json.loads(example.value)
        for example in examples("discovery-raw")
        if example.model is VmwareMachineObserved and "ordinary" in example.name
    )
    machine_ids = [uuid4() for _ in range(MACHINES)]
    return [
        VmwareMachineObserved.model_validate_json(
            json.dumps(
                ordinary
                | {"machine_id": str(machine_id), "revision": revision, "name": f"vm-{number}-{revision}"}
            )
        )
        for revision in range(1, REVISIONS + 1)
        for number, machine_id in enumerate(machine_ids)
    ]


async def test_kills_at_each_step_leave_every_change_once_and_the_last_state(
    normalizer: ServiceProcess,
    publisher: EventPublisher,
    store: ClickHouse,
    kafka_settings: KafkaSettings,
    eventually: Eventually,
) -> None:
    await store.command("SYSTEM STOP MERGES")
    observed = renamed_again_and_again()
    await publisher.publish_many(observed)
    for step in STEPS:
        normalizer.spawn(SURVEYOR_CRASH_AT=f"{step}:2", **SETTINGS)
        code = await asyncio.to_thread(normalizer.wait, LIFE_SECONDS)
        assert code == -signal.SIGKILL, normalizer.log_tail()
    normalizer.start(**SETTINGS)

    last = {event.machine_id: event.name for event in observed}

    async def stored() -> dict[UUID, str]:
        rows = await store.query_rows("SELECT machine_id, name FROM machine_state FINAL")
        return {row["machine_id"]: row["name"] for row in rows}

    async def all_stored() -> bool:
        return await stored() == last

    await eventually(all_stored)
    assert await changes(store) == Counter(expected_changes(observed))
    assert await last_published(kafka_settings, set(last)) == last
    assert normalizer.stop() == 0


def expected_changes(observed: list[VmwareMachineObserved]) -> list[tuple[UUID, int, str, str | None]]:
    """Give machine, revision, kind and the name before."""
    return [
        (event.machine_id, event.revision, "machine-added", None)
        if event.revision == 1
        else (event.machine_id, event.revision, "renamed", observed[place - MACHINES].name)
        for place, event in enumerate(observed)
    ]


async def changes(store: ClickHouse) -> Counter[tuple[UUID, int, str, str | None]]:
    rows = await store.query_rows("SELECT machine_id, revision, kind, before FROM machine_changes FINAL")
    return Counter(
        (row["machine_id"], row["revision"], row["kind"], json.loads(row["before"] or "null")) for row in rows
    )


async def last_published(kafka: KafkaSettings, machine_ids: set[UUID]) -> dict[UUID, str]:
    """Return the names in the last message of each machine."""
    found: dict[UUID, str] = {}
    async with EventConsumer(kafka, ["machines"], client_id="test") as consumer:
        ends = await consumer.end_offsets()
        while not await consumer.has_reached(ends):
            for event in await consumer.poll():
                machine_id = UUID((event.key or b"").decode())
                if machine_id in machine_ids and event.value:
                    found[machine_id] = json.loads(event.value)["name"]
    return found
