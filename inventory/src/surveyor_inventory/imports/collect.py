"""Rows and machines of a file as they are read; a machine may be there once."""

from surveyor_inventory.imports.cells import Row, shown
from surveyor_inventory.imports.model import (
    ImportedMachine,
    ImportFormat,
    Outcome,
    ReadFile,
    ReadMachine,
    ReadRow,
)


class Collected:
    """Takes rows in their order and gives the whole file."""

    def __init__(self) -> None:
        self._machines: list[ReadMachine] = []
        self._rows: list[ReadRow] = []
        self._row_of: dict[str, int] = {}

    def add(self, row: Row, name: str, identity: str, machine: ImportedMachine | None) -> None:
        """Take a row with what it says; None where it has errors."""
        first = self._row_of.setdefault(identity.casefold(), row.number) if machine else row.number
        if machine and first != row.number:
            row.error(None, f"{shown(name)} stands in row {first} already", "remove one of the rows")
        if machine and not row.has_errors:
            self._machines.append(ReadMachine(identity, row.number, machine))
        self._rows.append(ReadRow(row.sheet, row.number, name or None, _outcome(row), tuple(row.findings)))

    def skip(self, row: Row, name: str, why: str) -> None:
        """Take a row that is no machine."""
        row.findings.clear()
        row.warn(None, why, "nothing to do")
        self._rows.append(ReadRow(row.sheet, row.number, name or None, "skipped", tuple(row.findings)))

    def file(self, found: ImportFormat, notes: tuple[str, ...]) -> ReadFile:
        """Return the file, in the order of its rows."""
        return ReadFile(found, tuple(self._machines), tuple(self._rows), notes)


def _outcome(row: Row) -> Outcome:
    if row.has_errors:
        return "error"
    return "warning" if row.findings else "accepted"
