import asyncio
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, select

from query_api.control.columns import Base
from query_api.control.database import ControlDatabase
from query_api.control.migrate import migrate
from query_api.control.outbox import TURN, Outbox
from query_api.control.tables import ApiKey, AuditEntry, OutgoingEvent
from query_api.testing.builders import NOW
from surveyor_kit.errors import RetryableError
from surveyor_kit.health import Health
from surveyor_kit.testing import InMemoryPublisher
from surveyor_schemas.groups.group_changed_v1 import GroupChanged

GROUP_ID = UUID(int=1)
ENTRY = {"at": NOW, "actor": "somebody", "action": "test", "subject": "x", "detail": {}}


@pytest.fixture
async def migrated(database: ControlDatabase) -> ControlDatabase:
    await migrate(database)
    return database


async def count(database: ControlDatabase, table: type[Base]) -> int:
    async with database.reading() as session:
        return (await session.scalar(select(func.count()).select_from(table))) or 0


async def test_the_migrations_make_the_tables_of_the_code(migrated: ControlDatabase) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), ApiKey.metadata))

    async with migrated.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(migrated: ControlDatabase) -> None:
    async with migrated.writing() as session:
        session.add(AuditEntry(**ENTRY))

    await migrate(migrated)

    assert await count(migrated, AuditEntry) == 1


async def test_replicas_that_start_together_migrate_once(database: ControlDatabase, control_url: str) -> None:
    others = [ControlDatabase(control_url) for _ in range(3)]
    try:
        await asyncio.gather(*(migrate(one) for one in [database, *others]))
    finally:
        for other in others:
            await other.close()

    assert await count(database, AuditEntry) == 0


async def test_a_time_comes_back_in_utc(migrated: ControlDatabase) -> None:
    async with migrated.writing() as session:
        session.add(AuditEntry(**ENTRY))

    async with migrated.reading() as session:
        assert await session.scalar(select(AuditEntry.at)) == NOW


async def test_a_transaction_that_fails_leaves_nothing(migrated: ControlDatabase) -> None:
    async def fail() -> None:
        async with migrated.writing() as session:
            session.add(AuditEntry(**ENTRY))
            await session.flush()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await fail()

    assert await count(migrated, AuditEntry) == 0


async def test_writers_wait_for_each_other(migrated: ControlDatabase) -> None:
    async def write() -> None:
        async with migrated.writing() as session:
            before = await session.scalar(select(func.count()).select_from(AuditEntry))
            session.add(AuditEntry(**ENTRY | {"subject": str(before)}))

    await asyncio.gather(*(write() for _ in range(10)))

    assert await count(migrated, AuditEntry) == 10


class BrokenPublisher(InMemoryPublisher):
    """Fails for as long as it is told to."""

    is_broken = True

    async def publish_raw(self, *given: Any, **named: Any) -> Any:
        if self.is_broken:
            raise RetryableError("no broker")
        return await super().publish_raw(*given, **named)


def told(revision: int) -> GroupChanged:
    return GroupChanged(
        group_id=GROUP_ID, revision=revision, name="web", machine_count=0, deleted=False, changed_at=NOW
    )


async def put(outbox: Outbox, database: ControlDatabase, *revisions: int) -> None:
    async with database.writing() as session:
        for revision in revisions:
            outbox.put(session, told(revision))


async def test_events_wait_for_a_broker_that_is_away_and_leave_in_order(
    migrated: ControlDatabase,
) -> None:
    publisher, health = BrokenPublisher(), Health()
    outbox = Outbox(migrated, publisher, health)
    await put(outbox, migrated, 1, 2)
    with pytest.raises(RetryableError):
        await outbox.publish_waiting()
    await put(outbox, migrated, 3)
    publisher.is_broken = False

    await outbox.publish_waiting()

    assert publisher.events() == [told(1), told(2), told(3)]
    assert await count(migrated, OutgoingEvent) == 0


async def test_readiness_shows_events_that_wait(migrated: ControlDatabase) -> None:
    publisher, health = BrokenPublisher(), Health()
    outbox = Outbox(migrated, publisher, health)
    await put(outbox, migrated, 1)
    running = asyncio.create_task(outbox.run())

    await until(lambda: "outbox" in health.failing())
    publisher.is_broken = False
    await until(health.ready)
    running.cancel()

    assert publisher.events() == [told(1)]


async def test_an_event_of_an_undone_transaction_is_not_told(migrated: ControlDatabase) -> None:
    publisher = InMemoryPublisher()
    outbox = Outbox(migrated, publisher, Health())

    async def fail() -> None:
        async with migrated.writing() as session:
            outbox.put(session, told(1))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await fail()

    assert await outbox.publish_waiting() == 0


async def test_one_replica_publishes_at_a_time(migrated: ControlDatabase, control_url: str) -> None:
    other = ControlDatabase(control_url)
    try:
        async with migrated.alone(TURN) as first, other.alone(TURN) as second:
            turns = (first, second)
        async with other.alone(TURN) as afterwards:
            pass
    finally:
        await other.close()

    # SQLite serves one process only, which needs no turns.
    assert turns == ((True, True) if migrated.is_sqlite else (True, False))
    assert afterwards


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - health has no event to wait for
            await asyncio.sleep(0.01)
