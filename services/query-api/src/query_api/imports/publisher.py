"""Publish imported machines, in the background and in batches."""

import asyncio

from query_api.control.database import ControlDatabase
from query_api.control.publishing import BackgroundPublisher
from query_api.imports.events import event_of
from query_api.imports.repository import ImportRepository
from surveyor_kit.clock import Clock
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher

BATCH = 100
"""Writing as many events keeps other requests waiting for some 20 ms."""
PUBLISH_TIMEOUT_SECONDS = 30.0
CHECK = "imports"
TURN = 0x53_52_49_4D
"""The lock of the replica that publishes, a number of our own."""


class ImportPublisher(BackgroundPublisher):
    """Publishes the machines that wait in `imported_machines`.

    They do not go through the outbox: 35,000 of them would hold up the events of groups and assessments.
    """

    def __init__(self, database: ControlDatabase, publisher: Publisher, clock: Clock, health: Health) -> None:
        super().__init__(CHECK, BATCH, health)
        self._database = database
        self._publisher = publisher
        self._clock = clock

    async def publish_waiting(self) -> int:
        """Publish one batch; a crash before it is noted publishes it again, under the same event ids."""
        async with self._database.alone(TURN) as is_our_turn:
            if not is_our_turn:
                return 0
            async with self._database.reading() as session:
                waiting = await ImportRepository(session).waiting(BATCH)
            if not waiting:
                return 0
            events = [event_of(machine, its_import) for machine, its_import in waiting]
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                await self._publisher.publish_many(events)
            async with self._database.writing() as session:
                imports = ImportRepository(session)
                await imports.note_published([machine for machine, _ in waiting])
                await imports.finish(self._clock.now())
        return len(waiting)
