"""Catalogues in the store."""

from query_api.catalogue.schemas import CatalogueView
from query_api.store import Store
from query_api.web.problems import Problem


class CatalogueRepository:
    """Reads which catalogues the assessor has published."""

    def __init__(self, store: Store) -> None:
        self._store = store

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
