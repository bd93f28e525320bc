"""What commands print on stdout: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with all fields, instead of a table.")]

UNKNOWN = "-"
WIDTH_WITHOUT_TERMINAL = 1000
"""Columns where nobody looks: a table in a file or a pipe is not wrapped."""
_CENT = Decimal("0.01")
_GIB = 2**30


def print_json(document: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under their columns' names."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(text_of(value)) for value in row))
    _console().print(table)


def print_fields(fields: Mapping[str, Any]) -> None:
    """Print one thing: a name and a value a line."""
    grid = Table.grid(padding=(0, 2))
    for name, value in fields.items():
        grid.add_row(Text(name.replace("_", " "), style="bold"), Text(text_of(value)))
    _console().print(grid)


def text_of(value: Any) -> str:
    """Return a value as people read it; unknown is a dash."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def money(amount: str | None, currency: str = "") -> str | None:
    """Return an amount of the API's, an unrounded decimal string, with two decimals."""
    if amount is None:
        return None
    rounded = Decimal(amount).quantize(_CENT, rounding=ROUND_HALF_UP)
    return f"{rounded} {currency}".rstrip()


def gib(size_bytes: int | None) -> str | None:
    """Return a size in GiB."""
    return None if size_bytes is None else f"{size_bytes / _GIB:.1f}"


def _console() -> Console:
    """A console on the stdout of this moment."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
