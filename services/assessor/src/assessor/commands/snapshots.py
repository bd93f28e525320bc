"""The snapshot that a command works on: the packaged one, a file, or one in the store by its hash."""

import re
from pathlib import Path
from typing import Annotated

import typer

from assessor.adapters.catalogue_store import ClickHouseCatalogueStore
from assessor.adapters.statements import Statements
from assessor.catalogue.packaged import packaged_catalogue, packaged_snapshot
from assessor.catalogue.snapshot import decode
from assessor.catalogue.tables import CatalogueRefused
from assessor.commands.store import with_store
from assessor.domain.catalogue import Catalogue

PACKAGED = "packaged"
_HASH = re.compile(r"[0-9a-f]{8,64}")

CatalogueFile = Annotated[
    Path | None, typer.Option("--catalogue", help="A snapshot to use instead of the packaged one.")
]
AnyCatalogue = Annotated[
    str,
    typer.Argument(
        metavar="CATALOGUE",
        help="A snapshot file, 'packaged', or the beginning of the hash of one in the store.",
    ),
]


def read_catalogue(path: Path | None) -> Catalogue:
    """Read a snapshot file, or the packaged snapshot.

    Raises:
        CatalogueRefused: The file cannot be read or is no snapshot; the message names it.
    """
    return packaged_catalogue() if path is None else decode_file(path, read_bytes(path))


def decode_file(path: Path, snapshot: bytes) -> Catalogue:
    """Decode what was read from a file.

    Raises:
        CatalogueRefused: It is no snapshot; the message names the file.
    """
    try:
        return decode(snapshot)
    except CatalogueRefused as error:
        made_by = "make one with 'assessor catalogue build' or 'refresh'"
        raise CatalogueRefused(f"{path}: {error}; {made_by}") from error


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        CatalogueRefused: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CatalogueRefused(f"{path}: {error.strerror}; give a snapshot file") from error


def find_catalogue(reference: str) -> Catalogue:
    """Read the snapshot that a reference means.

    Raises:
        CatalogueRefused: There is none, there are several, or it is no snapshot.
    """
    if reference == PACKAGED:
        return packaged_catalogue()
    return decode_file(Path(reference), find_snapshot(reference))


def find_snapshot(reference: str) -> bytes:
    """Return the bytes of the snapshot that a reference means.

    Raises:
        CatalogueRefused: There is none, or there are several.
    """
    path = Path(reference)
    if reference == PACKAGED:
        return packaged_snapshot()
    if not path.exists() and _HASH.fullmatch(reference):
        return with_store(lambda store: load_by_prefix(store, reference))
    return read_bytes(path)


async def load_by_prefix(store: Statements, prefix: str) -> bytes:
    """Load the one snapshot whose hash begins so.

    Raises:
        CatalogueRefused: The store has none, or several.
    """
    catalogues = ClickHouseCatalogueStore(store)
    hashes = [known.content_hash for known in await catalogues.published()]
    found = [known for known in hashes if known.startswith(prefix)]
    if len(found) != 1:
        problem = "several catalogues begin" if found else "no catalogue of the store begins"
        raise CatalogueRefused(f"{prefix}: {problem} with this hash; see 'assessor catalogue list'")
    snapshot = await catalogues.load(found[0])
    if snapshot is None:
        raise CatalogueRefused(f"{found[0]}: not in the store any more")
    return snapshot
