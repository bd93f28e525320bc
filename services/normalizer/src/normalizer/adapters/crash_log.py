"""Crashes of consumers at messages, in ClickHouse."""

import time
from collections.abc import Mapping

from normalizer.domain.crashes import Crash, Place, Record
from surveyor_kit.clickhouse import ClickHouse

REREAD_AFTER_SECONDS = 5.0
"""Less than a partition needs to move from a crashed process to another one."""
MAX_ERROR_CHARACTERS = 500
COLUMNS = ("consumer", "topic", "partition", "offset", "kind", "alone", "error", "crashed_at")
RECORDS = """
    SELECT topic, partition, offset,
           uniqExactIf(crashed_at, kind = 'exception') AS exceptions,
           uniqExactIf(crashed_at, kind = 'death') AS deaths,
           uniqExactIf(crashed_at, alone) AS alone_crashes
    FROM consumer_crashes WHERE consumer = {consumer:String} GROUP BY topic, partition, offset
"""


class ClickHouseCrashLog:
    """The rows of `consumer_crashes` of one consumer; a crash recorded twice counts once."""

    def __init__(self, store: ClickHouse, consumer: str) -> None:
        self._store = store
        self._consumer = consumer
        self._known: dict[Place, Record] = {}
        self._reread_at = 0.0

    async def records(self) -> Mapping[Place, Record]:
        """Return what is known of messages with a crash; a few seconds old at most."""
        if time.monotonic() >= self._reread_at:
            rows = await self._store.query_rows(RECORDS, {"consumer": self._consumer})
            self._known = {
                (row["topic"], row["partition"], row["offset"]): Record(
                    row["exceptions"], row["deaths"], row["alone_crashes"]
                )
                for row in rows
            }
            self._reread_at = time.monotonic() + REREAD_AFTER_SECONDS
        return self._known

    async def record(self, crash: Crash) -> None:
        """Note a crash at each of its messages."""
        await self._store.insert_rows(
            "consumer_crashes",
            COLUMNS,
            [
                (
                    self._consumer,
                    *place,
                    crash.kind,
                    crash.alone,
                    crash.error[:MAX_ERROR_CHARACTERS],
                    crash.at,
                )
                for place in crash.places
            ],
        )
