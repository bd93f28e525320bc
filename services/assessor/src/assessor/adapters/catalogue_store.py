"""Catalogue snapshots in ClickHouse."""

import base64
from collections import defaultdict
from datetime import UTC, datetime, time

from assessor.adapters.statements import Statements
from assessor.domain.catalogue import Catalogue
from assessor.domain.catalogue_contents import catalogue_contents
from assessor.ports import PublishedCatalogue

_COLUMNS = ("hash", "prices_at", "published_at", "bytes")
_CONTENTS_COLUMNS = ("hash", "document", "written_at")
_SIZE_COLUMNS = ("hash", "name", "series", "vcpus", "memory_gib", "regions", "written_at")


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

    async def published(self) -> list[PublishedCatalogue]:
        rows = await self._store.rows(
            "SELECT hash, prices_at, published_at FROM catalogues FINAL ORDER BY published_at DESC, hash", {}
        )
        return [PublishedCatalogue(row["hash"], row["prices_at"], row["published_at"]) for row in rows]

    async def publish(self, catalogue: Catalogue, snapshot: bytes, published_at: datetime) -> None:
        """Write the snapshot last: a catalogue that can be pinned can be looked into as well."""
        contents = catalogue_contents(catalogue)
        row = [contents.hash, contents.model_dump_json(), published_at]
        await self._store.insert("catalogue_contents", _CONTENTS_COLUMNS, [row])
        await self._store.insert("catalogue_sizes", _SIZE_COLUMNS, _size_rows(catalogue, published_at))
        prices_at = datetime.combine(contents.newest_price, time(), UTC)
        snapshot_row = [contents.hash, prices_at, published_at, snapshot]
        await self._store.insert("catalogues", _COLUMNS, [snapshot_row])


def _size_rows(catalogue: Catalogue, written_at: datetime) -> list[list[object]]:
    regions: dict[str, list[str]] = defaultdict(list)
    for region, names in sorted(catalogue.sizes_in_region.items()):
        for name in names:
            regions[name].append(region)
    return [
        [
            catalogue.content_hash,
            size.name,
            size.series,
            size.vcpus,
            size.memory_gib,
            regions[size.name],
            written_at,
        ]
        for size in catalogue.sizes.values()
    ]
