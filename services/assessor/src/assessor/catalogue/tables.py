"""Reading the CSV tables; an error names the file, the line, the column and what is wrong."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class CatalogueRefused(ValueError):
    """A table or snapshot cannot be read; the message names the place."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; an empty cell means unknown."""

    place: str
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell that must be there, possibly empty.

        Raises:
            CatalogueRefused: The table has no such column.
        """
        value = self.cells.get(column)
        if value is None:
            raise CatalogueRefused(f"{self.place}: no column {column!r}")
        return value.strip()

    def text_or_none(self, column: str) -> str | None:
        """A cell of a column that a table may lack; None where it is empty."""
        return (self.cells.get(column) or "").strip() or None

    def read(self, column: str, parse: Callable[[str], T]) -> T:
        """Parse a cell that must be filled.

        Raises:
            CatalogueRefused: The cell is empty, or `parse` refuses it.
        """
        text = self.text(column)
        try:
            return parse(text)
        except (ValueError, LookupError, ArithmeticError) as error:
            raise CatalogueRefused(f"{self.place}, column {column}: {text!r} cannot be read") from error

    def number(self, column: str) -> float | None:
        """A number, an int where it is whole, or None for an empty cell."""
        return self.read(column, _number) if self.text(column) else None


def read_table(directory: Path, name: str) -> Iterator[Row]:
    """Yield the rows of `directory/name` in order.

    Raises:
        CatalogueRefused: The file is missing or no UTF-8.
    """
    path = directory / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line, cells in enumerate(csv.DictReader(file), start=2):
                yield Row(f"{name} line {line}", cells)
    except OSError as error:
        raise CatalogueRefused(f"{path}: {error.strerror}; give the directory of the tables") from error
    except UnicodeDecodeError as error:
        raise CatalogueRefused(f"{path}: {error}; save the table as UTF-8") from error


def read_optional_table(directory: Path, name: str) -> Iterator[Row]:
    """Yield the rows of `directory/name`; none where there is no such file.

    Raises:
        CatalogueRefused: The file is no UTF-8.
    """
    if (directory / name).exists():
        yield from read_table(directory, name)


def _number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() else value
