"""The snapshot that a command works on: a file, or the one that comes with the product."""

from pathlib import Path
from typing import Annotated

import typer

from assessor.catalogue.packaged import packaged_catalogue
from assessor.catalogue.snapshot import decode
from assessor.catalogue.tables import CatalogueRefused
from assessor.domain.catalogue import Catalogue

CatalogueFile = Annotated[
    Path | None, typer.Option("--catalogue", help="A snapshot to use instead of the packaged one.")
]


def read_catalogue(path: Path | None) -> Catalogue:
    """Read a snapshot file, or the packaged snapshot.

    Raises:
        CatalogueRefused: The file cannot be read or is no snapshot; the message names it.
    """
    if path is None:
        return packaged_catalogue()
    try:
        return decode(read_bytes(path))
    except CatalogueRefused as error:
        raise CatalogueRefused(f"{path}: {error}; make one with 'assessor catalogue build'") from error


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        CatalogueRefused: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CatalogueRefused(f"{path}: {error.strerror}; give a snapshot file") from error
