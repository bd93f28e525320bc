from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from normalizer.jobs import Tombstones
from surveyor_kit.testing import InMemoryPublisher, SettableClock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MACHINE = UUID(int=1)


class Removals:
    """Machines with the time of their end."""

    def __init__(self, ends: dict[UUID, datetime]) -> None:
        self._ends = ends

    async def removed_between(self, since: datetime, until: datetime) -> list[UUID]:
        return [machine_id for machine_id, end in self._ends.items() if since < end <= until]

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not for this test")


async def test_a_tombstone_follows_thirty_days_after_the_end_and_once() -> None:
    machines = Removals({MACHINE: NOW - timedelta(days=30), UUID(int=2): NOW - timedelta(days=29)})
    publisher = InMemoryPublisher()
    tombstones = Tombstones(machines, publisher, SettableClock(NOW), timedelta(days=30))
    assert [await tombstones.publish_due(), await tombstones.publish_due()] == [1, 0]
    (record,) = publisher.published
    assert (record.topic, record.key, record.value) == ("machines", str(MACHINE).encode(), None)
