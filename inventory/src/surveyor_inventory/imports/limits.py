"""How large a file may be, in itself and unpacked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused beyond.

    Attributes:
        rows: Rows of a sheet, and of a CSV file.
        columns: Columns of either.
        unpacked_bytes: All parts of a workbook together, as their bytes really unpack.
    """

    rows: int = 250_000
    columns: int = 702
    unpacked_bytes: int = 2 * 1024**3


DEFAULT_LIMITS = Limits()
MAX_TEXT_CHARACTERS = 1_000
"""Of a cell that we keep. Names and lists of addresses are far below."""

# Bounds of good sense, far above any machine: what lies beyond is a wrong column or a wrong unit.
MAX_CORES = 10_000
MAX_MEMORY_MIB = 1_000_000_000
MAX_SIZE_GIB = 10_000_000
MAX_SIZE_MIB = MAX_SIZE_GIB * 1024
MAX_RATE = 100_000_000
MAX_NICS = 256
