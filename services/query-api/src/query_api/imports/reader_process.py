"""`python -m query_api.imports.reader_process`: read a file from stdin and write what it says to stdout.

A process of its own keeps the API answering while a large workbook is read, and bounds the memory of one that
was made to do harm: this process dies of it, the service does not.
"""

import os
import resource
import sys
from collections.abc import Iterator
from typing import get_args

from query_api.imports.model import FileMachine, Refusal, UploadHead, pack_rows, to_lines
from surveyor_inventory.imports import FileRefused, ImportFormat, ReadFile, read_import

MAX_MEMORY_BYTES = 2 * 1024**3
NICENESS = 10
"""The API, which has the same cores, goes first."""


def main() -> None:
    """Read stdin; the first argument may name the format that it must have."""
    _limit_memory()
    os.nice(NICENESS)
    expected = next((one for one in get_args(ImportFormat) if one in sys.argv[1:2]), None)
    try:
        lines = _lines(read_import(sys.stdin.buffer.read(), expected))
    except FileRefused as refused:
        lines = to_lines(Refusal(refused.place, refused.reason))
    sys.stdout.buffer.writelines(lines)


def _limit_memory() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MAX_MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MAX_MEMORY_BYTES, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _lines(file: ReadFile) -> Iterator[bytes]:
    head = UploadHead(file.format, file.counts(), list(file.notes), pack_rows(file.rows))
    machines = (
        FileMachine(one.identity, one.row, one.machine.model_dump_json(exclude_none=True))
        for one in file.machines
    )
    return to_lines(head, machines)


if __name__ == "__main__":
    main()
