"""Catalogue snapshots in ClickHouse."""

import base64
from datetime import datetime

from assessor.adapters.statements import Statements

_COLUMNS = ("hash", "prices_at", "published_at", "bytes")


class ClickHouseCatalogueStore:
    """Implements `CatalogueStore`."""

    def __init__(self, store: Statements) -> None:
        self._store = store

    async def load(self, content_hash: str) -> bytes | None:
        # As text, since drivers read a String column as UTF-8.
        rows = await self._store.rows(
            "SELECT base64Encode(bytes) AS snapshot FROM catalogues FINAL WHERE hash = {hash:String}",
            {"hash": content_hash},
        )
        return base64.b64decode(rows[0]["snapshot"]) if rows else None

    async def publish(
        self, content_hash: str, snapshot: bytes, prices_at: datetime, published_at: datetime
    ) -> None:
        present = await self._store.rows(
            "SELECT 1 AS present FROM catalogues WHERE hash = {hash:String} LIMIT 1", {"hash": content_hash}
        )
        if not present:
            row = [content_hash, prices_at, published_at, snapshot]
            await self._store.insert("catalogues", _COLUMNS, [row])
