"""Write the file row by row, in constant memory."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # ships no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # ships no types

from query_api.exports import disk_sheet, machine_sheet
from query_api.exports.cells import Cell, money
from query_api.exports.detail_sheets import MachineSheet, machine_sheets, summary_sheets
from query_api.exports.summary_sheets import (
    PROPERTIES_HEADER,
    PROPERTIES_NAME,
    SUMMARY_NAME,
    ExportedAssessment,
    property_rows,
    summary_rows,
)
from surveyor_schemas.assessments.results_v1 import AssessedMachine

MAX_CELL_CHARACTERS = 32_767
"""Source: Microsoft Support, "Excel specifications and limits"."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_COLUMN_WIDTH = 24


class GrowingSheet:
    """A sheet and its next free row; its header gets buttons to filter and sort by."""

    def __init__(self, sheet: Worksheet, columns: int) -> None:
        self.sheet = sheet
        self.next_row = 1
        self._columns = columns

    def close(self) -> None:
        """Put the buttons above the rows that there are."""
        self.sheet.autofilter(0, 0, self.next_row - 1, self._columns - 1)


class AssessmentWorkbook:
    """One export. Not for several threads at a time.

    Sheets are made in the order in which Azure Migrate has them; the sheets with more details, if wanted,
    stand behind them. Text is always written as text: a machine named `=1+1` stays that, also when
    somebody edits its cell.
    """

    def __init__(self, path: Path, assessment: ExportedAssessment, *, with_details: bool = False) -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "yyyy-mm-dd hh:mm",
            },
        )
        self._header = self._book.add_format({"bold": True})
        self._two_decimals = self._book.add_format({"num_format": "0.00"})
        self._literal = self._book.add_format({"quote_prefix": True})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._machine_columns = machine_sheet.columns(assessment.summary.currency, assessment.group_name)
        summary = self._sheet(SUMMARY_NAME, ())
        machine_titles = [name for name, _ in self._machine_columns]
        self._machines = self._growing(machine_sheet.NAME, machine_titles)
        self._disks = self._growing(disk_sheet.NAME, [name for name, _ in disk_sheet.COLUMNS])
        properties = self._sheet(PROPERTIES_NAME, PROPERTIES_HEADER)
        self._write_rows(summary, summary_rows(assessment), first=0)
        self._write_rows(properties, property_rows(assessment.settings))
        self._details: list[tuple[MachineSheet, GrowingSheet]] = []
        if with_details:
            self._add_details(assessment)

    def add(self, machines: Iterable[AssessedMachine]) -> None:
        """Add machines and their disks below those added before."""
        for machine in machines:
            self._append(self._machines, [cell(machine) for _, cell in self._machine_columns])
            for disk in machine.disks:
                self._append(self._disks, [cell(machine, disk) for _, cell in disk_sheet.COLUMNS])
            for kind, sheet in self._details:
                for row in kind.rows(machine):
                    self._append(sheet, row)

    def close(self) -> None:
        """Finish the file."""
        for growing in (self._machines, self._disks, *(sheet for _, sheet in self._details)):
            growing.close()
        self._book.close()

    def _add_details(self, assessment: ExportedAssessment) -> None:
        for of_run in summary_sheets(assessment):
            self._write_rows(self._sheet(of_run.name, of_run.header), of_run.rows)
        for kind in machine_sheets(assessment):
            self._details.append((kind, self._growing(kind.name, kind.header)))

    def _growing(self, name: str, header: Sequence[str]) -> GrowingSheet:
        return GrowingSheet(self._sheet(name, header), len(header))

    def _sheet(self, name: str, header: Sequence[str]) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_column(0, max(1, len(header) - 1), _COLUMN_WIDTH)
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, self._header)
        if header:
            sheet.freeze_panes(1, 1)
        return sheet

    def _append(self, growing: GrowingSheet, cells: Sequence[Cell]) -> None:
        self._write_row(growing.sheet, growing.next_row, cells)
        growing.next_row += 1

    def _write_rows(self, sheet: Worksheet, rows: Iterable[Sequence[Cell]], first: int = 1) -> None:
        for row, cells in enumerate(rows, start=first):
            self._write_row(sheet, row, cells)

    def _write_row(self, sheet: Worksheet, row: int, cells: Sequence[Cell]) -> None:
        for column, cell in enumerate(cells):
            self._write(sheet, row, column, cell)

    def _write(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None:
                return
            case str():
                text = cell[:MAX_CELL_CHARACTERS]
                sheet.write_string(row, column, text, self._format_of(text))
            case datetime():
                sheet.write_datetime(row, column, cell.astimezone(UTC).replace(tzinfo=None), self._time)
            case Decimal():
                sheet.write_number(row, column, money(cell), self._two_decimals)
            case float():
                sheet.write_number(row, column, cell, self._two_decimals)
            case int():
                sheet.write_number(row, column, cell)

    def _format_of(self, text: str) -> Format | None:
        return self._literal if text.startswith(FORMULA_STARTS) else None
