"""Find out what a file is, and read it."""

from surveyor_inventory.imports import azure_migrate_csv, rvtools
from surveyor_inventory.imports.csv_table import read_csv
from surveyor_inventory.imports.limits import DEFAULT_LIMITS, Limits
from surveyor_inventory.imports.model import FileRefused, ImportFormat, ReadFile
from surveyor_inventory.imports.workbook import open_workbook

_ZIP = b"PK\x03\x04"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"


def read_import(
    content: bytes, expected: ImportFormat | None = None, limits: Limits = DEFAULT_LIMITS
) -> ReadFile:
    """Read a file of either format, told apart by its content.

    Args:
        content: The whole file.
        expected: Refuse a file of the other format.
        limits: How large it may be.

    Raises:
        FileRefused: It is neither, is too large, or lacks what it must have.
    """
    found = _format_of(content)
    if expected is not None and found != expected:
        raise FileRefused(None, f"the file is {found}, not {expected}; choose the other kind")
    if found == "rvtools":
        return rvtools.read(open_workbook(content, limits))
    return azure_migrate_csv.read(read_csv(content, limits))


def _format_of(content: bytes) -> ImportFormat:
    if not content.strip():
        raise FileRefused(None, "the file is empty")
    if content.startswith(_COMPOUND_FILE):
        reason = "the workbook is protected, or of Excel 97-2003; save it as .xlsx without a password"
        raise FileRefused(None, reason)
    return "rvtools" if content.startswith(_ZIP) else "azure-migrate-csv"
