"""What passes between the process that reads a file and the service."""

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
class ReadUpload:
    """A file that was read.

    Attributes:
        format: Which format it has.
        machines: Its accepted machines.
        rows: How many rows had each outcome.
        notes: About the file as a whole.
        report: All rows with their findings: JSON in gzip, see `ROWS`.
    """

    format: ImportFormat
    machines: list[FileMachine]
    rows: dict[Outcome, int]
    notes: list[str]
    report: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that cannot be used; `place` is the column or sheet that is to blame."""

    place: str | None
    reason: str


UPLOAD: TypeAdapter[ReadUpload | Refusal] = TypeAdapter(ReadUpload | Refusal, config=_BYTES)
ROWS: TypeAdapter[list[ReadRow]] = TypeAdapter(list[ReadRow])
