"""What a file says: machines, and a finding for everything in it that is wrong or was not understood."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ImportFormat = Literal["azure-migrate-csv", "rvtools"]
Severity = Literal["warning", "error"]
Outcome = Literal["accepted", "warning", "error", "skipped"]
"""`warning`: accepted, with doubts. `error`: left out. `skipped`: no machine, such as a template."""

Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]


class FileRefused(ValueError):
    """A file cannot be used at all; nothing of it is taken.

    Attributes:
        place: The column or sheet that is to blame; None for the file itself.
        reason: What is wrong, and what to do.
    """

    def __init__(self, place: str | None, reason: str) -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.place = place
        self.reason = reason


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class ImportedDisk(_Value):
    """A disk of the file; usage values count as the percentile already. None is not stated."""

    name: str
    size_gib: Amount | None = None
    read_iops: Amount | None = None
    write_iops: Amount | None = None
    read_mb_per_second: Amount | None = None
    write_mb_per_second: Amount | None = None


class ImportedMachine(_Value):
    """A machine of the file. None is not stated; the first disk is the one of the operating system."""

    name: str
    cores: Annotated[int, Field(gt=0)]
    memory_mib: Annotated[int, Field(gt=0)]
    os_name: str | None = None
    os_version: str | None = None
    os_architecture: str | None = None
    boot_type: Literal["bios", "uefi"] | None = None
    server_type: Literal["virtual", "physical"] | None = None
    hypervisor: str | None = None
    power_state: str | None = None
    ip_addresses: list[str] = []
    mac_addresses: list[str] = []
    nic_count: Count | None = None
    cpu_percent: Amount | None = None
    memory_percent: Amount | None = None
    total_read_iops: Amount | None = None
    total_write_iops: Amount | None = None
    total_read_mb_per_second: Amount | None = None
    total_write_mb_per_second: Amount | None = None
    received_mb_per_second: Amount | None = None
    transmitted_mb_per_second: Amount | None = None
    disks: list[ImportedDisk] = []


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one cell, or about a row as a whole where `column` is None."""

    severity: Severity
    sheet: str | None
    row: int
    column: str | None
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of the file, `row` counted as a spreadsheet shows it (the header is 1)."""

    sheet: str | None
    row: int
    name: str | None
    outcome: Outcome
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadMachine:
    """An accepted machine.

    Attributes:
        identity: What tells the machine from all others of its source, and stays when the file is imported
            again: its UUID where the file has one, else its name.
        row: Where it stands.
        machine: What the file says about it.
    """

    identity: str
    row: int
    machine: ImportedMachine


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A whole file; `notes` are about the file itself, such as columns that were not understood."""

    format: ImportFormat
    machines: tuple[ReadMachine, ...]
    rows: tuple[ReadRow, ...]
    notes: tuple[str, ...] = ()

    def counts(self) -> dict[Outcome, int]:
        """Return how many rows had each outcome."""
        found = Counter(row.outcome for row in self.rows)
        outcomes: tuple[Outcome, ...] = ("accepted", "warning", "error", "skipped")
        return {outcome: found[outcome] for outcome in outcomes}
