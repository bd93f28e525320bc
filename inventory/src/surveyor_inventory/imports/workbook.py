"""An .xlsx workbook, read without trusting it.

Formulas are not computed: a cell has the value that was stored with it. Entities are not expanded and nothing
outside the file is read. What a workbook unpacks to is measured first, since its own word may be false.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import python_calamine

from surveyor_inventory.imports.cells import Cell, is_blank
from surveyor_inventory.imports.limits import Limits
from surveyor_inventory.imports.model import FileRefused

_CHUNK = 1 << 20
_OVERLAP = 32
_MAX_PARTS = 5_000
_FAR_AWAY = re.compile(rb"""[\s:]r\s*=\s*["'](?:[A-Za-z]{3,}\d+|[A-Za-z]{0,2}(\d{6,}))["']""")
"""The place of a cell in a column beyond ZZ, or in a row of six digits."""


class Workbook:
    """The sheets of a workbook by name."""

    def __init__(self, book: python_calamine.CalamineWorkbook, limits: Limits) -> None:
        self._book = book
        self._limits = limits
        # Older versions of RVTools put "tab" before the names of their sheets.
        self._names = {name.casefold().removeprefix("tab"): name for name in book.sheet_names}

    @property
    def sheet_names(self) -> list[str]:
        """The sheets as the workbook has them."""
        return list(self._book.sheet_names)

    def rows(self, sheet: str) -> Iterator[tuple[int, list[Cell]]] | None:
        """Return a sheet's rows that are not blank with their numbers, None where there is no such sheet.

        Raises:
            FileRefused: The sheet is broken or too large.
        """
        name = self._names.get(sheet.casefold())
        if name is None:
            return None
        try:
            found = self._book.get_sheet_by_name(name)
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            raise FileRefused(sheet, f"the sheet cannot be read: {_one_line(error)}") from error
        if found.total_height > self._limits.rows + 1:
            raise FileRefused(sheet, f"the sheet has more than {self._limits.rows} rows; split the file")
        if found.total_width > self._limits.columns:
            raise FileRefused(sheet, f"the sheet has more than {self._limits.columns} columns")
        first_row, _ = found.start or (0, 0)
        return _numbered(found, first_row + 1)


def open_workbook(content: bytes, limits: Limits) -> Workbook:
    """Open a workbook.

    Raises:
        FileRefused: It is no workbook, is protected, or unpacks to too much.
    """
    _measure(content, limits)
    try:
        return Workbook(python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)), limits)
    except python_calamine.PasswordError as error:
        raise FileRefused(None, "the workbook is protected; save it without a password") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileRefused(None, f"the file is no workbook: {_one_line(error)}") from error


def _numbered(sheet: python_calamine.CalamineSheet, first: int) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=first):
        if not is_blank(cells):
            yield number, cells


def _measure(content: bytes, limits: Limits) -> None:
    """Unpack a workbook to nowhere, to learn its size and whether a cell stretches a sheet beyond measure."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MAX_PARTS:
                raise FileRefused(None, f"the workbook has more than {_MAX_PARTS} parts")
            left = limits.unpacked_bytes
            for part in parts:
                left = _measure_part(archive, part, left, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileRefused(None, f"the workbook is damaged or protected: {_one_line(error)}") from error


def _measure_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, limits: Limits) -> int:
    tail = b""
    with archive.open(part) as unpacked:
        while chunk := unpacked.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                gib = limits.unpacked_bytes / 1024**3
                raise FileRefused(None, f"the workbook unpacks to more than {gib:g} GiB; split it")
            _refuse_far_cells(tail + chunk, limits)
            tail = chunk[-_OVERLAP:]
    return left


def _refuse_far_cells(chunk: bytes, limits: Limits) -> None:
    for found in _FAR_AWAY.finditer(chunk):
        row = found.group(1)
        if row is None:
            raise FileRefused(None, f"a sheet has more than {limits.columns} columns")
        if int(row) > limits.rows + 1:
            raise FileRefused(None, f"a sheet has more than {limits.rows} rows; split the file")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
