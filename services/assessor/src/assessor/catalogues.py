"""The catalogues that runs pin: found by content hash, decoded once."""

from datetime import UTC, datetime, time

from assessor.catalogue.packaged import packaged_catalogue, packaged_snapshot
from assessor.catalogue.snapshot import decode
from assessor.domain.catalogue import Catalogue
from assessor.ports import CatalogueStore

_KEPT = 2
"""Decoded catalogues in memory: the packaged one, and one that an older run pinned."""


class Catalogues:
    """Decodes what the store has; the packaged snapshot needs no store."""

    def __init__(self, store: CatalogueStore) -> None:
        self._store = store
        packaged = packaged_catalogue()
        self._decoded = {packaged.content_hash: packaged}
        self._packaged_hash = packaged.content_hash

    async def publish_packaged(self) -> None:
        """Put the packaged snapshot into the store, unless it is there, so that requests can pin it.

        It counts as published on the day of its newest price: what an operator published since then stays
        the one that new requests pin, and a newer release's snapshot replaces an older one's.
        """
        packaged = self._decoded[self._packaged_hash]
        if packaged.content_hash in {known.content_hash for known in await self._store.published()}:
            return
        published_at = datetime.combine(packaged.newest_price, time(), UTC)
        await self._store.publish(packaged, packaged_snapshot(), published_at)

    async def get(self, content_hash: str) -> Catalogue | None:
        """Return a catalogue, None when nobody ever published it.

        Raises:
            CatalogueRefused: The stored bytes are no snapshot of a format that this release reads.
        """
        if content_hash not in self._decoded:
            snapshot = await self._store.load(content_hash)
            if snapshot is None:
                return None
            self._remember(decode(snapshot))
        return self._decoded.get(content_hash)

    def _remember(self, catalogue: Catalogue) -> None:
        older = [known for known in self._decoded if known != self._packaged_hash]
        for known in older[: max(0, len(older) - _KEPT + 2)]:
            del self._decoded[known]
        self._decoded[catalogue.content_hash] = catalogue
