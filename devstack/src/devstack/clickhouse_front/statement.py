"""Splits what a request brings into the statement and the rows that follow an `INSERT ... FORMAT`.

Rows go to the engine as bytes, in slices; they are never made part of a statement's text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""--[^\n]*                      # comments
       | /\*.*?\*/
       | '(?:[^'\\]|\\.|'')*'          # strings and quoted names
       | `(?:[^`\\]|\\.|``)*`
       | "(?:[^"\\]|\\.|"")*"
       | [A-Za-z_][A-Za-z_0-9]*
       | [()]
    """,
    re.VERBOSE | re.DOTALL,
)
_BREAK_BEFORE_ROWS = re.compile(rb"[ \t\f]*(?:\r?\n)?")


@dataclass(frozen=True)
class Insert:
    """An insert whose rows stand apart from its statement.

    Attributes:
        head: The statement up to, without, its FORMAT clause.
        row_format: The name of the rows' format, such as `Native`.
        rows: Encoded rows in order; may be empty.
    """

    head: str
    row_format: str
    rows: tuple[memoryview, ...]


def parse_insert(query: bytes, body: bytes) -> Insert | None:
    """Find an insert with a FORMAT clause; None for every other statement.

    Args:
        query: The `query` parameter of the request, which may be empty.
        body: The request's body: rows if the statement is complete in `query`, else the whole statement.
    """
    statement, rest = (query, body) if query else (body, b"")
    words = _top_level_words(statement)
    first = next(words, None)
    if first is None or first.group().upper() != b"INSERT":
        return None
    for word in words:
        if word.group().upper() == b"VALUES":
            return None
        if word.group().upper() == b"FORMAT" and (name := next(words, None)):
            start = _BREAK_BEFORE_ROWS.match(statement, name.end())
            inline = memoryview(statement)[start.end() if start else name.end() :]
            rows = tuple(part for part in (inline, memoryview(rest)) if len(part))
            return Insert(statement[: word.start()].decode(), name.group().decode(), rows)
    return None


def output_format(statement: bytes) -> str | None:
    """Return the format that a statement asks for in its own FORMAT clause."""
    words = [word.group() for word in _top_level_words(statement)]
    for keyword, name in zip(words[-2::-1], words[:0:-1], strict=False):
        if keyword.upper() == b"FORMAT":
            return name.decode()
    return None


def _top_level_words(statement: bytes) -> Iterator[re.Match[bytes]]:
    depth = 0
    for token in _TOKEN.finditer(statement):
        text = token.group()
        if text == b"(":
            depth += 1
        elif text == b")":
            depth -= 1
        elif depth == 0 and (text[:1].isalpha() or text[:1] == b"_"):
            yield token
