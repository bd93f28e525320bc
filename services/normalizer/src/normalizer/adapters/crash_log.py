"""Crashes of consumers at messages, in ClickHouse."""

import time
from collections.abc import Mapping, Sequence

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import Clock

REREAD_AFTER_SECONDS = 5.0
"""Less than a partition needs to move from a crashed process to another one."""
MAX_ERROR_CHARACTERS = 500


class ClickHouseCrashLog:
    """The rows of `consumer_crashes` of one consumer."""

    def __init__(self, store: ClickHouse, consumer: str, clock: Clock) -> None:
        self._store = store
        self._consumer = consumer
        self._clock = clock
        self._known: dict[tuple[str, int, int], int] = {}
        self._reread_at = 0.0

    async def counts(self) -> Mapping[tuple[str, int, int], int]:
        """Return the number of crashes by topic, partition and offset; a few seconds old at most."""
        if time.monotonic() >= self._reread_at:
            rows = await self._store.query_rows(
                "SELECT topic, partition, offset, count() AS crashes FROM consumer_crashes"
                " WHERE consumer = {consumer:String} GROUP BY topic, partition, offset",
                {"consumer": self._consumer},
            )
            self._known = {(row["topic"], row["partition"], row["offset"]): row["crashes"] for row in rows}
            self._reread_at = time.monotonic() + REREAD_AFTER_SECONDS
        return self._known

    async def record(self, places: Sequence[tuple[str, int, int]], error: str) -> None:
        """Note a crash at each of these messages."""
        now = self._clock.now()
        await self._store.insert_rows(
            "consumer_crashes",
            ("consumer", "topic", "partition", "offset", "error", "crashed_at"),
            [(self._consumer, *place, error[:MAX_ERROR_CHARACTERS], now) for place in places],
        )
