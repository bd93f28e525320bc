"""The store as endpoints read it: with a limit on how long a request may wait."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from surveyor_kit.clickhouse import ClickHouse

IDS_PER_STATEMENT = 500
"""Parameters travel in the address of a statement, which servers and proxies limit."""

Row = dict[str, Any]


class Store:
    """Reads ClickHouse's tables; writes only the scope of runs.

    Every method raises `TimeoutError` or `RetryableError` when the store does not answer.
    """

    def __init__(self, clickhouse: ClickHouse, timeout_seconds: float) -> None:
        self._clickhouse = clickhouse
        self._timeout_seconds = timeout_seconds

    async def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Return the rows of a statement."""
        async with asyncio.timeout(self._timeout_seconds):
            return await self._clickhouse.query_rows(sql, params)

    async def row(self, sql: str, params: Mapping[str, Any] | None = None) -> Row | None:
        """Return the first row of a statement, None when there is none."""
        rows = await self.rows(sql, params)
        return rows[0] if rows else None

    async def rows_by_ids(
        self, sql: str, ids: Sequence[UUID], params: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Row]:
        """Yield the rows of a statement that takes `{ids:Array(UUID)}`, some ids at a time."""
        for start in range(0, len(ids), IDS_PER_STATEMENT):
            some = ids[start : start + IDS_PER_STATEMENT]
            for row in await self.rows(sql, {**(params or {}), "ids": [str(one) for one in some]}):
                yield row

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows; repeating it must be safe for the table."""
        async with asyncio.timeout(self._timeout_seconds):
            await self._clickhouse.insert_rows(table, columns, rows)

    async def ping(self) -> None:
        """Ask for nothing, to learn whether the store answers."""
        async with asyncio.timeout(self._timeout_seconds):
            await self._clickhouse.ping()


def epoch_micros(moment: datetime) -> int:
    """Return a time as the store's DateTime64(6) counts, which parameters keep exactly."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
