"""Which machines an owner's rule is about."""

from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assessor.domain.machine import BootType, Machine, Source
from surveyor_inventory.guest_os import GuestOs, OsFamily, OsProduct

Text = Annotated[str, Field(min_length=1, max_length=500)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RulePart(BaseModel):
    """A part of a file of rules; unknown fields are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(RulePart):
    """Which machines an own rule is about; every part that is given must hold."""

    name_matches: Text | None = None
    """A pattern with * and ?, compared without regard to case."""
    source: Source | None = None
    boot_type: BootType | None = None
    os_family: OsFamily | None = None
    os_product: OsProduct | None = None
    os_version: Text | None = None
    """A version or its beginning: "7" holds for 7.9."""
    os_name_matches: Text | None = None
    cores_over: Amount | None = None
    memory_gib_over: Amount | None = None
    disks_over: Annotated[int, Field(ge=0)] | None = None
    disk_gib_over: Amount | None = None
    """Holds when any disk is larger."""
    nics_over: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give at least one condition")
        return self

    def holds(self, machine: Machine) -> bool:
        """Whether `machine` meets every condition that is given; what is not known meets none."""
        tests = (
            matches(self.name_matches, machine.name),
            self.source is None or machine.source is self.source,
            self.boot_type is None or machine.boot_type is self.boot_type,
            self.os_family is None or machine.guest_os.family is self.os_family,
            self.os_product is None or machine.guest_os.product is self.os_product,
            self.os_version is None or is_version(machine.guest_os, self.os_version),
            matches(self.os_name_matches, machine.os_name),
            self.cores_over is None or machine.cores > self.cores_over,
            self.memory_gib_over is None or machine.memory_gib > self.memory_gib_over,
            self.disks_over is None or len(machine.disks) > self.disks_over,
            self.disk_gib_over is None
            or any((disk.size_gib or 0) > self.disk_gib_over for disk in machine.disks),
            self.nics_over is None or len(machine.nics) > self.nics_over,
        )
        return all(tests)


def is_version(guest_os: GuestOs, version: str) -> bool:
    """Whether `version` is the guest's version or a beginning of it, number by number or word by word."""
    known = guest_os.version
    if known is None:
        return False
    return known == version or known.startswith((f"{version}.", f"{version} "))


def matches(pattern: str | None, text: str | None) -> bool:
    if pattern is None:
        return True
    return text is not None and fnmatchcase(text.lower(), pattern.lower())


def any_matches(patterns: tuple[str, ...], text: str) -> bool:
    return any(matches(pattern, text) for pattern in patterns)
