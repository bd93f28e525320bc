"""The report of an import as a file: a line per finding, and one for each row without any."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from query_api.exports.workbook import FORMULA_STARTS
from surveyor_inventory.imports import ReadRow

HEADER = ("Sheet", "Row", "Server name", "Outcome", "Severity", "Column", "Reason", "Fix")
_OUTCOMES = {
    "accepted": "Accepted",
    "warning": "Accepted with warnings",
    "error": "Left out",
    "skipped": "Skipped",
}
_BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for its own code page."""
_WIDTH = 24
_LINES_AT_A_TIME = 200

Line = tuple[str | int, ...]


def csv_report(rows: Iterable[ReadRow]) -> Iterator[str]:
    """Yield the report as CSV; no cell of it is a formula to a spreadsheet program."""
    yield _BYTE_ORDER_MARK
    lines = chain((HEADER,), _lines(rows))
    while some := list(islice(lines, _LINES_AT_A_TIME)):
        written = io.StringIO()
        csv.writer(written).writerows([_harmless(cell) for cell in line] for line in some)
        yield written.getvalue()


def write_xlsx_report(path: Path, rows: Iterable[ReadRow]) -> None:
    """Write the report as a workbook; all text stays text."""
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet("Import report")
    sheet.set_column(0, len(HEADER) - 1, _WIDTH)
    sheet.freeze_panes(1, 0)
    literal, bold = book.add_format({"quote_prefix": True}), book.add_format({"bold": True})
    for column, title in enumerate(HEADER):
        sheet.write_string(0, column, title, bold)
    for number, line in enumerate(_lines(rows), start=1):
        for column, cell in enumerate(line):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, cell, literal if cell.startswith(FORMULA_STARTS) else None)
    book.close()


def _lines(rows: Iterable[ReadRow]) -> Iterator[Line]:
    for row in rows:
        start = (row.sheet or "", row.row, row.name or "", _OUTCOMES[row.outcome])
        if not row.findings:
            yield (*start, "", "", "", "")
        for one in row.findings:
            place: Sequence[str | int] = (one.sheet or "", one.row, *start[2:])
            yield (*place, one.severity, one.column or "", one.message, one.fix)


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
