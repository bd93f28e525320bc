"""How statements reach the store: until it answers, or once."""

from collections.abc import Sequence
from typing import Any, Protocol

from surveyor_kit.clickhouse import ClickHouse, Parameters
from surveyor_kit.health import Health
from surveyor_kit.retry import retry_forever

CHECK = "clickhouse"


class Statements(Protocol):
    """ClickHouse as the adapters use it."""

    async def rows(self, sql: str, params: Parameters) -> list[dict[str, Any]]:
        """Return the rows of a query."""

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows; repeating it must be safe for the table."""


class PatientClickHouse:
    """For the service: what passes is repeated, and shows in readiness meanwhile."""

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


class PromptClickHouse:
    """For commands: what fails is raised, and whoever typed the command decides."""

    def __init__(self, store: ClickHouse) -> None:
        self._store = store

    async def rows(self, sql: str, params: Parameters) -> list[dict[str, Any]]:
        return await self._store.query_rows(sql, params)

    async def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        await self._store.insert_rows(table, columns, rows)
