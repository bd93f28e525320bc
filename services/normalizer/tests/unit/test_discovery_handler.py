"""Crashes between the writes of discovery, repaired by redelivery."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from normalizer.discovery_handler import NormalizeDiscovery
from normalizer.domain.performance.series import MachineFacts
from normalizer.known_machines import KnownMachines
from surveyor_kit.deadletters import DeadLetters
from surveyor_kit.kafka import ReceivedEvent
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.codec import encode
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.examples import examples
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Machine

(EXAMPLE,) = (
    e.value for e in examples("discovery-raw") if e.model is VmwareMachineObserved and e.name == "ordinary"
)


class Crash(Exception):
    """Ends a use case at a chosen write."""


class RememberedMachines:
    """A machine store in memory that crashes before a chosen write."""

    def __init__(self) -> None:
        self.machines: dict[UUID, Machine] = {}
        self.changes: dict[UUID, EnvironmentChanged] = {}
        self.crash_before: str | None = None

    async def states(self, machine_ids: Collection[UUID]) -> dict[UUID, Machine]:
        return {each: self.machines[each] for each in machine_ids if each in self.machines}

    async def facts(self, machine_ids: Collection[UUID]) -> dict[UUID, MachineFacts]:
        return {}

    async def insert_changes(self, changes: Sequence[EnvironmentChanged]) -> None:
        self._crash("changes")
        self.changes |= {change.event_id(): change for change in changes}

    async def insert_states(self, machines: Sequence[Machine]) -> None:
        self._crash("states")
        for machine in machines:
            held = self.machines.get(machine.machine_id)
            if held is None or machine.revision > held.revision:
                self.machines[machine.machine_id] = machine

    async def without_tombstone(self, removed_until: datetime) -> list[UUID]:
        return []

    async def note_tombstones(self, machine_ids: Collection[UUID], at: datetime) -> None:
        raise AssertionError("not for this test")

    def _crash(self, write: str) -> None:
        if self.crash_before == write:
            self.crash_before = None
            raise Crash


class CrashingPublisher(InMemoryPublisher):
    """Crashes before it publishes to a chosen topic."""

    crash_before: str | None = None

    async def publish_many(self, events: Sequence[Any]) -> list[Any]:
        if events and self.crash_before == encode(events[0]).topic:
            self.crash_before = None
            raise Crash
        return await super().publish_many(events)


def received(revision: int, **changes: Any) -> ReceivedEvent:
    document = json.loads(EXAMPLE) | {"revision": revision} | changes
    message = encode(VmwareMachineObserved.model_validate_json(json.dumps(document)))
    return ReceivedEvent(
        message.topic, 0, revision, message.key, message.value, message.headers, datetime.now(UTC)
    )


def a_handler(machines: RememberedMachines, publisher: InMemoryPublisher) -> NormalizeDiscovery:
    return NormalizeDiscovery(
        machines,
        KnownMachines(machines, 0),
        publisher,
        DeadLetters(publisher, "normalizer"),
        SettableClock(),
    )


HISTORY = [received(1), received(2, cpu_count=8), received(3, cpu_count=8, name="renamed")]
CRASHES = ["environment-changes", "changes", "states", "machines"]


@pytest.mark.parametrize("crash", [None, *CRASHES])
async def test_a_crash_before_any_write_is_repaired_by_redelivery(crash: str | None) -> None:
    machines, publisher = RememberedMachines(), CrashingPublisher()
    machines.crash_before = publisher.crash_before = crash
    try:
        await a_handler(machines, publisher)(HISTORY)
    except Crash:
        for message in HISTORY:  # redelivered in other batches than before
            await a_handler(machines, publisher)([message])

    (machine,) = machines.machines.values()
    assert (machine.revision, machine.cores, machine.name) == (3, 8, "renamed")
    changed = sorted((change.revision, change.field_path) for change in machines.changes.values())
    assert changed == [(1, "machine"), (2, "cores"), (3, "name")]
    assert {e.event_id() for e in publisher.events("environment-changes")} == set(machines.changes)
    assert publisher.events("machines")[-1] == machine


async def test_an_old_observation_changes_nothing_and_publishes_nothing() -> None:
    machines, publisher = RememberedMachines(), CrashingPublisher()
    await a_handler(machines, publisher)(HISTORY)
    count = len(publisher.published)
    await a_handler(machines, publisher)(HISTORY[:2])
    assert len(publisher.published) == count


async def test_a_bad_observation_is_dead_lettered_and_the_others_are_handled() -> None:
    machines, publisher = RememberedMachines(), CrashingPublisher()
    bad = ReceivedEvent("discovery-raw", 0, 9, b"k", b"{}", HISTORY[0].headers, datetime.now(UTC))
    await a_handler(machines, publisher)([bad, HISTORY[0]])
    assert publisher.published[0].topic == "discovery-raw-dlq"
    assert len(machines.machines) == 1
