"""Files that describe machines: the CSV template of Azure Migrate and the workbook of RVTools.

`read_import(content)` gives the machines of a file and a report of its rows. It knows nothing of events,
stores or requests, and reads nothing but the bytes that it is given.
"""

from surveyor_inventory.imports.limits import DEFAULT_LIMITS, Limits
from surveyor_inventory.imports.model import (
    FileRefused,
    Finding,
    ImportedDisk,
    ImportedMachine,
    ImportFormat,
    Outcome,
    ReadFile,
    ReadMachine,
    ReadRow,
)
from surveyor_inventory.imports.read import read_import

__all__ = [
    "DEFAULT_LIMITS",
    "FileRefused",
    "Finding",
    "ImportFormat",
    "ImportedDisk",
    "ImportedMachine",
    "Limits",
    "Outcome",
    "ReadFile",
    "ReadMachine",
    "ReadRow",
    "read_import",
]
