"""Bytes of a CSV file to rows, whatever program and language wrote it."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from surveyor_inventory.imports.cells import is_blank
from surveyor_inventory.imports.limits import Limits
from surveyor_inventory.imports.model import FileRefused

SEPARATORS = (",", ";", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A header, and the rows below it with their numbers as a spreadsheet shows them."""

    headings: list[str]
    rows: Iterator[tuple[int, list[str]]]
    decimal_comma: bool
    """Whether a number may be written `1,5`: only where commas do not separate."""


def read_csv(content: bytes, limits: Limits) -> CsvTable:
    """Read a file in UTF-8, UTF-16 with a mark, or Windows' Western code page.

    Raises:
        FileRefused: It is no text. While rows are read: it is no CSV, or has too many.
    """
    text = _decode(content)
    first_row = 1
    if hint := _SEPARATOR_LINE.match(text):
        text, first_row = text[hint.end() :], 2
    separator = hint.group(1) if hint else _separator_of(text)
    rows = _rows(text, separator, first_row, limits)
    _, headings = next(rows, (0, []))
    return CsvTable(headings, rows, decimal_comma=separator != ",")


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError:
        # What Excel's plain "CSV" is in Western Europe and the Americas.
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise FileRefused(None, "the file is neither CSV text nor an .xlsx workbook")
    return text


def _separator_of(text: str) -> str:
    """The separator that the header has most of, outside quotes."""
    header = _QUOTED.sub("", text.lstrip("\r\n").partition("\n")[0])
    return max(SEPARATORS, key=header.count)


def _rows(text: str, separator: str, first: int, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = first - 1
    try:
        for cells in reader:
            number += 1
            if number > limits.rows + 1:
                raise FileRefused(None, f"the file has more than {limits.rows} rows; split it")
            if len(cells) > limits.columns:
                raise FileRefused(None, f"row {number} has more than {limits.columns} columns")
            if not is_blank(cells):
                yield number, cells
    except csv.Error as error:
        raise FileRefused(
            None, f"line {reader.line_num} is no CSV: {error}; correct the quotes there"
        ) from error
