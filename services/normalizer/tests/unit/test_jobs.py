from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from normalizer.jobs import TOMBSTONES_AT_ONCE, Tombstones
from surveyor_kit.testing import InMemoryPublisher, SettableClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MACHINE = UUID(int=1)
RETENTION = timedelta(days=30)


class Removals:
    """Machines with the time of their end, and the tombstones that were noted."""

    def __init__(self, ends: dict[UUID, datetime]) -> None:
        self.ends = ends
        self.noted: dict[UUID, datetime] = {}

    async def without_tombstone(self, removed_until: datetime) -> list[UUID]:
        before = datetime.min.replace(tzinfo=UTC)
        return [
            machine_id
            for machine_id, end in self.ends.items()
            if end <= removed_until and self.noted.get(machine_id, before) < end
        ]

    async def note_tombstones(self, machine_ids: Collection[UUID], at: datetime) -> None:
        self.noted |= dict.fromkeys(machine_ids, at)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not for this test")


async def test_a_tombstone_follows_thirty_days_after_the_end_and_once() -> None:
    machines = Removals({MACHINE: NOW - RETENTION, UUID(int=2): NOW - timedelta(days=29)})
    publisher = InMemoryPublisher()
    tombstones = Tombstones(machines, publisher, SettableClock(NOW), RETENTION)
    assert [await tombstones.publish_due(), await tombstones.publish_due()] == [1, 0]
    (record,) = publisher.published
    assert (record.topic, record.key, record.value) == ("machines", str(MACHINE).encode(), None)


async def test_another_process_repeats_nothing_and_forgets_nobody() -> None:
    machines = Removals({UUID(int=n): NOW - timedelta(days=400) for n in range(TOMBSTONES_AT_ONCE + 1)})
    published = [
        await Tombstones(machines, InMemoryPublisher(), SettableClock(NOW), RETENTION).publish_due()
        for _ in range(2)
    ]
    assert published == [TOMBSTONES_AT_ONCE + 1, 0]


async def test_a_machine_that_came_back_and_went_again_gets_another() -> None:
    machines, clock = Removals({MACHINE: NOW - RETENTION}), SettableClock(NOW)
    tombstones = Tombstones(machines, InMemoryPublisher(), clock, RETENTION)
    assert await tombstones.publish_due() == 1
    machines.ends[MACHINE] = NOW + timedelta(days=5)
    clock.set(NOW + timedelta(days=36))
    assert await tombstones.publish_due() == 1
