"""The snapshot that comes with the product."""

from functools import cache
from importlib.resources import files

from assessor.catalogue.snapshot import decode
from assessor.domain.catalogue import Catalogue

_NAME = "catalogue.json.gz"


@cache
def packaged_snapshot() -> bytes:
    return files("assessor.catalogue").joinpath("data", _NAME).read_bytes()


@cache
def packaged_catalogue() -> Catalogue:
    return decode(packaged_snapshot())
