"""Pages of prices on disk, so that an interrupted refresh goes on where it ended."""

import gzip
import json
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from assessor.catalogue.files import write_whole

_PLAN = "plan.json"


class OtherRefresh(Exception):
    """The folder holds pages of a refresh with other options; the message names it."""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """As `Page` of the API."""

    items: list[Any]
    next_query: dict[str, str] | None


class PageFolder:
    """One file per page, written whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, plan: dict[str, Any]) -> dict[str, Any]:
        """Start with `plan`, or go on with the one that is there; return what was noted at the start.

        What `plan` says under "options" must be the same.

        Raises:
            OtherRefresh: The folder is in use for other options.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        noted = self._folder / _PLAN
        if not noted.exists():
            write_whole(noted, json.dumps(plan).encode())
            return plan
        begun: dict[str, Any] = json.loads(noted.read_bytes())
        if begun["options"] != plan["options"]:
            raise OtherRefresh(
                f"{self._folder}: holds pages of a refresh with other options; give those again, or delete it"
            )
        return begun

    def pages(self, query_name: str) -> list[StoredPage]:
        """Return the pages of a query that are there, from the first on."""
        found: list[StoredPage] = []
        while (path := self._path(query_name, len(found))).exists():
            document = json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal)
            found.append(StoredPage(document["items"], document["next"]))
        return found

    def add(self, query_name: str, number: int, page: StoredPage) -> None:
        """Keep a page; the first has number 0."""
        document = {"items": page.items, "next": page.next_query}
        content = json.dumps(document, default=_as_float_text).encode()
        write_whole(self._path(query_name, number), gzip.compress(content, compresslevel=1))

    def remove(self) -> None:
        """Delete the folder and all pages."""
        shutil.rmtree(self._folder)

    def _path(self, query_name: str, number: int) -> Path:
        return self._folder / f"{query_name}.{number:05}.json.gz"


def _as_float_text(value: object) -> float:
    """Decimals come from JSON numbers of at most 15 digits, which a float keeps."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
