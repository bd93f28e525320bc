"""Whether every batch that a collector published is in the store: `surveyor verify`, all the time.

It reads the collectors' heartbeats, notes how far each run was, and compares that with the batches in the
store. A batch counts as missing once it has had the grace to arrive.
"""

from collections import deque
from datetime import datetime, timedelta

from normalizer.metrics import BATCHES_COMPARED, BATCHES_MISSING
from surveyor_kit.batches import (
    Published,
    Run,
    compare,
    missing_by_source,
    note_heartbeat,
    remember_batches,
    remembered_batches,
    stored_batches,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import Clock
from surveyor_kit.errors import RetryableError
from surveyor_kit.kafka import EventConsumer, ReceivedEvent
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger

log = get_logger(__name__)


class BatchWatch:
    """Publishes per source how many batches are missing. Several workers may do it at once."""

    def __init__(self, store: ClickHouse, clock: Clock, grace: timedelta, kept_for: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._grace = grace
        self._kept_for = kept_for
        self._published: dict[Run, Published] = {}
        self._noted: dict[Run, Published] = {}
        self._earlier: deque[tuple[datetime, dict[Run, Published]]] = deque()

    async def run(self, consumer: EventConsumer, stopping: Stopping, every_seconds: float) -> None:
        """Read heartbeats and compare every so often, until the process is to stop."""
        ends = await consumer.end_offsets()
        due_at = self._clock.now()
        while not stopping.is_set():
            for event in await consumer.poll():
                self.note(event)
            if self._clock.now() >= due_at and await consumer.has_reached(ends):
                await self._check_if_possible()
                due_at = self._clock.now() + timedelta(seconds=every_seconds)

    def note(self, event: ReceivedEvent) -> None:
        """Take over what a heartbeat says."""
        note_heartbeat(event, self._published)

    async def check(self) -> dict[str, int]:
        """Compare what was said `grace` ago with the store; return and publish what is missing by source."""
        news = {run: said for run, said in self._published.items() if self._noted.get(run) != said}
        await remember_batches(self._store, news)
        self._noted |= news
        said = await remembered_batches(self._store)
        expected = self._said_before(said)
        runs = compare(expected, await stored_batches(self._store), self._clock.now(), self._kept_for)
        missing = missing_by_source(runs)
        BATCHES_MISSING.clear()
        for source_id, count in missing.items():
            BATCHES_MISSING.labels(source_id).set(count)
        BATCHES_COMPARED.set(self._clock.now().timestamp())
        return missing

    def _said_before(self, said: dict[Run, Published]) -> dict[Run, Published]:
        """Return the newest state that is older than the grace; none at first."""
        now = self._clock.now()
        self._earlier.append((now, said))
        while len(self._earlier) > 1 and self._earlier[1][0] <= now - self._grace:
            self._earlier.popleft()
        noted_at, oldest = self._earlier[0]
        return oldest if noted_at <= now - self._grace else {}

    async def _check_if_possible(self) -> None:
        try:
            missing = {source: count for source, count in (await self.check()).items() if count}
        except RetryableError as error:
            log.warning("batches_not_compared", error=str(error))
        else:
            if missing:
                log.warning("batches_missing", count=sum(missing.values()), sources=len(missing))
