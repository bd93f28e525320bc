"""What passes between the process that reads a file and the service."""

import gzip
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ConfigDict, TypeAdapter

from surveyor_inventory.imports import ImportFormat, Outcome, ReadRow

# Bytes as base64: they pass through JSON.
_BYTES = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


@dataclass(frozen=True, slots=True)
class FileMachine:
    """An accepted machine; `document` is it as JSON."""

    identity: str
    row: int
    document: str


@dataclass(frozen=True, slots=True)
class UploadHead:
    """What there is to say about a file that was read, beside its machines.

    Attributes:
        format: Which format it has.
        rows: How many rows had each outcome.
        notes: About the file as a whole.
        report: All rows with their findings, see `pack_rows`.
    """

    format: ImportFormat
    rows: dict[Outcome, int]
    notes: list[str]
    report: bytes


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """A file that was read, with its accepted machines."""

    head: UploadHead
    machines: list[FileMachine]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that cannot be used; `place` is the column or sheet that is to blame."""

    place: str | None
    reason: str


HEAD: TypeAdapter[UploadHead | Refusal] = TypeAdapter(UploadHead | Refusal, config=_BYTES)
_ROWS: TypeAdapter[list[ReadRow]] = TypeAdapter(list[ReadRow])
ROWS_PER_LINE = 500
"""Parsing one line keeps the interpreter from the event loop: 500 rows are a few milliseconds."""


def to_lines(head: UploadHead | Refusal, machines: Iterable[FileMachine] = ()) -> Iterator[bytes]:
    """Write a file as lines: its head, then a machine each."""
    yield HEAD.dump_json(head) + b"\n"
    for machine in machines:
        yield json.dumps([machine.identity, machine.row, machine.document]).encode() + b"\n"


def from_lines(output: bytes) -> ReadUpload | Refusal:
    """Read what `to_lines` wrote; line by line, so that a thread that does it leaves time to others."""
    lines = iter(io.BytesIO(output))
    head = HEAD.validate_json(next(lines))
    if isinstance(head, Refusal):
        return head
    return ReadUpload(head, [FileMachine(*json.loads(line)) for line in lines])


def pack_rows(rows: Sequence[ReadRow]) -> bytes:
    """Write the rows of a report: lines in gzip, each a JSON array of some rows."""
    parts = (rows[start : start + ROWS_PER_LINE] for start in range(0, len(rows), ROWS_PER_LINE))
    lines = b"".join(_ROWS.dump_json(list(part)) + b"\n" for part in parts)
    return gzip.compress(lines, compresslevel=6, mtime=0)


def unpack_rows(report: bytes) -> list[ReadRow]:
    """Read what `pack_rows` wrote."""
    lines = io.BytesIO(gzip.decompress(report))
    return [row for line in lines for row in _ROWS.validate_json(line)]
