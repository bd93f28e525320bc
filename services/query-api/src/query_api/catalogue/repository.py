"""Catalogues in the store."""

from query_api.catalogue.schemas import CatalogueSize, CatalogueView, SizesQuery
from query_api.store import Store
from query_api.web.paging import cut_page, decode_cursor
from query_api.web.problems import Problem
from surveyor_schemas.assessments.catalogue_contents_v1 import CatalogueContents

_SIZES = """
SELECT name, series, vcpus, memory_gib
FROM catalogue_sizes FINAL
WHERE hash = {hash:String}
  AND ({region:String} = '' OR has(regions, {region:String}))
  AND ({q:String} = '' OR positionCaseInsensitiveUTF8(name, {q:String}) > 0)
  AND name > {after:String}
ORDER BY name
LIMIT {limit:UInt32}
"""


class CatalogueRepository:
    """Reads which catalogues the assessor has published, and what is in them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._contents: dict[str, CatalogueContents] = {}

    async def newest(self) -> CatalogueView:
        """Return the catalogue that new runs use.

        Raises:
            Problem: The assessor has not published any yet.
        """
        row = await self._store.row(
            "SELECT hash, prices_at, published_at FROM catalogues FINAL"
            " ORDER BY published_at DESC, hash LIMIT 1"
        )
        if row is None:
            raise Problem(
                503, "no-catalogue", "The assessor has not published a catalogue yet. Is it running?"
            )
        return CatalogueView.model_validate(row)

    async def contents(self, content_hash: str) -> CatalogueContents | None:
        """Return what settings may name of a catalogue; None for one that was published without."""
        if content_hash not in self._contents:
            row = await self._store.row(
                "SELECT document FROM catalogue_contents FINAL WHERE hash = {hash:String}",
                {"hash": content_hash},
            )
            if row is None:
                return None
            # What a hash names never changes, and only the newest is asked for.
            self._contents = {content_hash: CatalogueContents.model_validate_json(row["document"])}
        return self._contents[content_hash]

    async def sizes(self, content_hash: str, query: SizesQuery) -> tuple[list[CatalogueSize], str | None]:
        """Return one page of a catalogue's sizes by name, and the cursor of the next."""
        place = decode_cursor(query.cursor, str)
        rows = await self._store.rows(
            _SIZES,
            {
                "hash": content_hash,
                "region": query.region or "",
                "q": query.q or "",
                "after": place[0] if place else "",
                "limit": query.limit + 1,
            },
        )
        found, next_cursor = cut_page(rows, query.limit, lambda row: [row["name"]])
        return [CatalogueSize.model_validate(row) for row in found], next_cursor
