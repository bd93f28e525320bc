"""Statements that repeat themselves until the store answers."""

from collections.abc import Sequence
from typing import Any

from surveyor_kit.clickhouse import ClickHouse, Parameters
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever

CHECK = "clickhouse"


class PatientClickHouse:
    """ClickHouse as the adapters use it: what passes is repeated, and shows in readiness meanwhile."""

    def __init__(self, store: ClickHouse, health: Health) -> None:
        self._store = store
        self._health = health

    async def rows(self, sql: str, params: Parameters) -> list[dict[str, Any]]:
        return await retry_forever(
            lambda: self._store.query_rows(sql, params), name=CHECK, health=self._health
        )

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        await retry_forever(
            lambda: self._store.insert_rows(table, columns, rows), name=CHECK, health=self._health
        )
