"""What passes between the process that reads a file and the service."""

import io
import json
from collections.abc import Iterable, Iterator
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
        report: All rows with their findings: JSON in gzip, see `ROWS`.
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
ROWS: TypeAdapter[list[ReadRow]] = TypeAdapter(list[ReadRow])


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
