"""The cells of one row, read as what they should be; what is wrong becomes a finding."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from surveyor_inventory.imports.columns import Header
from surveyor_inventory.imports.limits import MAX_TEXT_CHARACTERS
from surveyor_inventory.imports.model import Finding, Severity

Cell = Any
"""Text of a CSV file; text, number, truth or time of a workbook."""
Choice = TypeVar("Choice")

_NOT_STATED = frozenset({"", "-", "n/a", "na", "none", "null", "unknown", "not available", "#n/a"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z")
# Between groups of three digits: blanks, also those that do not break, and apostrophes.
_GROUP_BLANK = re.compile("(?<=[0-9])[ \u00a0\u202f'’](?=[0-9]{3}(?![0-9]))")
_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z")
_DOT_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+\Z|[+-]?\d{1,3}(\.\d{3}){2,}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LIST_SEPARATORS = re.compile(r"[;,\s]+")
_MAX_SHOWN = 40


class Row:
    """One row under its header.

    Args:
        header: Where the columns are.
        cells: The row; one that is shorter than the header has empty cells at its end.
        sheet: Its sheet, None for CSV.
        number: Its number as a spreadsheet shows it.
        decimal_comma: Whether `1,5` is a number. A file separated by commas cannot have it.
    """

    def __init__(
        self,
        header: Header,
        cells: Sequence[Cell],
        *,
        sheet: str | None,
        number: int,
        decimal_comma: bool = False,
    ) -> None:
        self._header = header
        self._cells = cells
        self._decimal_comma = decimal_comma
        self.sheet = sheet
        self.number = number
        self.findings: list[Finding] = []

    @property
    def has_errors(self) -> bool:
        """Whether the row has to be left out."""
        return any(finding.severity == "error" for finding in self.findings)

    def text(self, key: str) -> str | None:
        """Return a cell as text, None where nothing is stated."""
        text = self._raw(key)
        if len(text) > MAX_TEXT_CHARACTERS:
            self.error(key, f"has {len(text)} characters", f"shorten it to {MAX_TEXT_CHARACTERS}")
            return None
        return None if text.casefold() in _NOT_STATED else text

    def required_text(self, key: str) -> str:
        """Return a cell's text; its absence is an error."""
        text = self.text(key)
        if text is None and not self.has_errors:
            self.error(key, "is empty", "fill it in")
        return text or ""

    def amount(self, key: str, most: float) -> float | None:
        """Return a number from 0 to `most`, None where nothing is stated."""
        value = self._number(key)
        if value is None:
            return None
        if not 0 <= value <= most:
            self.error(
                key, f"must be from 0 to {most:g}, not {value:g}", "correct the value or leave it empty"
            )
            return None
        return value

    def count(self, key: str, most: int, least: int = 0) -> int | None:
        """Return a whole number, None where nothing is stated."""
        value = self._number(key)
        if value is None:
            return None
        if value != int(value) or not least <= value <= most:
            self.error(
                key, f"must be a whole number from {least} to {most}, not {value:g}", "correct the value"
            )
            return None
        return int(value)

    def required_count(self, key: str, most: int) -> int:
        """Return a whole number from 1; its absence is an error, and then it is 0."""
        if not self._states(key):
            self.error(key, "is empty", "fill in a whole number")
            return 0
        return self.count(key, most, least=1) or 0

    def choice(self, key: str, choices: Mapping[str, Choice]) -> Choice | None:
        """Return what a word stands for; an unknown word is not stated, with a warning."""
        text = self.text(key)
        if text is None:
            return None
        found = choices.get(text.casefold())
        if found is None:
            self.warn(key, f"{shown(text)} is not known", f"use one of {', '.join(choices)}")
        return found

    def is_true(self, key: str) -> bool:
        """Return whether a cell says yes."""
        return self._raw(key).casefold() in {"true", "1", "yes"}

    def words(self, key: str) -> list[str]:
        """Return the values of a cell that holds several, by semicolons, commas or blanks."""
        return [word for word in _LIST_SEPARATORS.split(self.text(key) or "") if word]

    def error(self, key: str | None, message: str, fix: str) -> None:
        """Note why the row has to be left out."""
        self._find("error", key, message, fix)

    def warn(self, key: str | None, message: str, fix: str) -> None:
        """Note a doubt."""
        self._find("warning", key, message, fix)

    def check_width(self) -> None:
        """Refuse cells without a heading: a separator inside a value moves all that follow it."""
        if any(_plain(cell) for cell in self._cells[self._header.width :]):
            self.error(None, "has more cells than the header", "quote values that hold the separator")

    def _states(self, key: str) -> bool:
        return self._raw(key).casefold() not in _NOT_STATED

    def _raw(self, key: str) -> str:
        position = self._header.positions.get(key)
        if position is None or position >= len(self._cells):
            return ""
        return _plain(self._cells[position])

    def _number(self, key: str) -> float | None:
        text = self.text(key)
        if text is None:
            return None
        plain = plain_number(text, decimal_comma=self._decimal_comma)
        value = float(plain) if _NUMBER.match(plain) else math.nan
        if not math.isfinite(value):
            self.error(key, f"{shown(text)} is not a number", "write digits, such as 1234.5, without a unit")
            return None
        return value

    def _find(self, severity: Severity, key: str | None, message: str, fix: str) -> None:
        column = self._header.names.get(key, key) if key is not None else None
        self.findings.append(Finding(severity, self.sheet, self.number, column, message, fix))


def plain_number(text: str, *, decimal_comma: bool) -> str:
    """Write a number without separators of thousands and with a decimal point, where that is one reading.

    "8,192" is a number of thousands, unless commas are decimal: then it is 8.192. "8.192" has a decimal
    point, "1.024,5" and "1.048.576" can only be grouped.
    """
    bare = _GROUP_BLANK.sub("", text)
    if _DOT_GROUPS.match(bare):
        return bare.replace(".", "").replace(",", ".")
    if _COMMA_GROUPS.match(bare) and (not decimal_comma or bare.count(",") > 1 or "." in bare):
        return bare.replace(",", "")
    return bare.replace(",", ".") if decimal_comma and bare.count(",") == 1 else bare


def shown(text: str) -> str:
    """Return a cell's text as a message shows it."""
    return repr(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…")


def is_blank(cells: Iterable[Cell]) -> bool:
    """Return whether nothing stands in a row."""
    return not any(_plain(cell) for cell in cells)


def only_valid(row: Row, key: str, valid: Collection[str], given: Sequence[str], what: str) -> list[str]:
    """Return the values that are valid; a warning names the others."""
    bad = [one for one in given if one not in valid]
    if bad:
        row.warn(key, f"{', '.join(map(shown, bad[:3]))}: no {what}", "correct or remove it")
    return [one for one in given if one in valid]


def _plain(cell: Cell) -> str:
    """A cell's text; a whole number of a workbook has no decimals."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return _CONTROL.sub(" ", str(cell)).strip() if cell is not None else ""
