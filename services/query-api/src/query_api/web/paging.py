"""Cursor pages: stable while rows come and go, and equally quick at every depth."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field

from query_api.web.problems import invalid_field

DEFAULT_LIMIT = 50
MAX_LIMIT = 500

Item = TypeVar("Item")
Row = TypeVar("Row")

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="The most items in one page.")]
CursorText = Annotated[
    str | None, Field(max_length=2000, description="`next_cursor` of the page before; absent for the first.")
]


class Page(BaseModel, Generic[Item]):
    """Some items of a list, in its order."""

    items: list[Item]
    next_cursor: str | None
    """Where the next page starts; null on the last."""
    total: int | None = None
    """How many items the whole list has now, where that is known."""


def encode_cursor(values: Sequence[Any]) -> str:
    """Write a place in a list: the sort key of the last item seen."""
    plain = json.dumps(list(values), separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """Read a place in a list, each value by its kind; None for the start, which an empty text means too.

    Raises:
        Problem: It is not one of ours.
    """
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))
    except (ValueError, TypeError, AttributeError):
        raise invalid_field("cursor", "is not a cursor of this list") from None


def cut_page(
    rows: list[Row], limit: int, key: Callable[[Row], Sequence[Any]]
) -> tuple[list[Row], str | None]:
    """Return a page out of `limit + 1` rows that were asked for, and the cursor of the next."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor(key(rows[limit - 1]))
