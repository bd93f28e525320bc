"""The owner's own rules: what a site adds to the built-in ones, overrides, or switches off.

Values only; `rule_book` applies them, `assessor.rules_file` reads them. They are part of what a result
follows from, so a run keeps them with its request.
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from assessor.domain.catalogue import VmSize
from assessor.domain.issues import OVERRIDABLE, DataIssue, Issue
from assessor.domain.machine import BootType, Machine, Source
from assessor.domain.rules import MAX_CORES, MAX_MEMORY_GIB
from surveyor_inventory.guest_os import GuestOs, OsFamily, OsProduct

Text = Annotated[str, Field(min_length=1, max_length=500)]
Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
OwnReadiness = Literal["Suitable", "ConditionallySuitable", "ReadinessUnknown", "NotSuitable"]
OsReadiness = Literal["Suitable", "ConditionallySuitable", "NotSuitable"]


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IssueOverride(_Rules):
    """Another class or other words for a built-in issue; what is left out stays as it is.

    The word `off` (in YAML the same as false) in place of all that switches the issue off.
    """

    off: bool = False
    readiness: OwnReadiness | None = None
    text: Text | None = None
    cause: Text | None = None
    fix: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _off_alone(cls, given: Any) -> Any:
        return {"off": True} if given is False or given == "off" else given


class Condition(_Rules):
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
            _matches(self.name_matches, machine.name),
            self.source is None or machine.source is self.source,
            self.boot_type is None or machine.boot_type is self.boot_type,
            self.os_family is None or machine.guest_os.family is self.os_family,
            self.os_product is None or machine.guest_os.product is self.os_product,
            self.os_version is None or is_version(machine.guest_os, self.os_version),
            _matches(self.os_name_matches, machine.os_name),
            self.cores_over is None or machine.cores > self.cores_over,
            self.memory_gib_over is None or machine.memory_gib > self.memory_gib_over,
            self.disks_over is None or len(machine.disks) > self.disks_over,
            self.disk_gib_over is None
            or any((disk.size_gib or 0) > self.disk_gib_over for disk in machine.disks),
            self.nics_over is None or len(machine.nics) > self.nics_over,
        )
        return all(tests)


class OwnRule(_Rules):
    """A finding of the owner's own."""

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{2,79}$")]
    readiness: OwnReadiness
    text: Text
    cause: Text = "A rule of this installation."
    fix: Text
    when: Condition

    @field_validator("code")
    @classmethod
    def _is_not_built_in(cls, code: str) -> str:
        if code in {str(known) for known in (*Issue, *DataIssue)}:
            raise ValueError(f"{code} is a built-in code; change it under issues, or choose another name")
        return code


class OsSupport(_Rules):
    """What a guest operating system is worth, in place of the built-in tables."""

    product: OsProduct
    version: Text | None = None
    """A version or its beginning; every version where it is left out."""
    readiness: OsReadiness

    def is_about(self, guest_os: GuestOs) -> bool:
        if guest_os.product is not self.product:
            return False
        return self.version is None or is_version(guest_os, self.version)


class SizeRules(_Rules):
    """Sizes and series that are never recommended; * and ? stand for any characters."""

    exclude: tuple[Text, ...] = ()
    exclude_series: tuple[Text, ...] = ()

    def allow(self, size: VmSize) -> bool:
        return not (_any(self.exclude, size.name) or _any(self.exclude_series, size.series))


class RightSizingRules(_Rules):
    """When a machine counts as idle or oversized.

    Source: Azure Advisor, "Reduce service costs" (2021-10-29): a machine is to be shut down below 3 % CPU
    at the 95th percentile and below 2 % outbound network, and to be resized where its load fits a less
    expensive size. The share below which we call a machine oversized is ours: at half of what it has, the
    next smaller size would do (ADR 0015).
    """

    idle_cpu_percent: Share = 3.0
    """Idle below this percentile of CPU use, of the allocated cores."""
    idle_network_percent: Share = 2.0
    """And below this share of the recommended size's network bandwidth, sent."""
    oversized_need_percent: Share = 50.0
    """Oversized where the need for cores or memory is at most this share of what is allocated."""


class LimitRules(_Rules):
    """Above what need a machine counts as not suitable, whatever sizes there are.

    Source: Azure Migrate, "Azure VM assessments" (2025-02-06). Azure has larger sizes by now.
    """

    max_cores: Annotated[float, Field(gt=0, allow_inf_nan=False)] = MAX_CORES
    max_memory_gib: Annotated[float, Field(gt=0, allow_inf_nan=False)] = MAX_MEMORY_GIB


class OwnPrices(_Rules):
    """Prices that no public list gives."""

    defender_usd_per_month: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = None
    """Microsoft Defender for Servers, a machine and month."""
    as_of: date | None = None

    @model_validator(mode="after")
    def _are_dated(self) -> Self:
        if self.defender_usd_per_month is not None and self.as_of is None:
            raise ValueError("as_of: a price needs its date")
        return self


class OwnerRules(_Rules):
    """One file of rules; an empty one changes nothing."""

    version: Literal[1] = 1
    issues: dict[str, IssueOverride] = Field(default_factory=dict)
    """By built-in code."""
    rules: tuple[OwnRule, ...] = ()
    operating_systems: tuple[OsSupport, ...] = ()
    """The first that is about a machine counts."""
    sizes: SizeRules = SizeRules()
    limits: LimitRules = LimitRules()
    right_sizing: RightSizingRules = RightSizingRules()
    prices: OwnPrices = OwnPrices()

    @field_validator("issues")
    @classmethod
    def _can_be_overridden(cls, issues: dict[str, IssueOverride]) -> dict[str, IssueOverride]:
        wrong = sorted(code for code in issues if code not in {str(known) for known in OVERRIDABLE})
        if wrong:
            allowed = ", ".join(sorted(str(known) for known in OVERRIDABLE))
            raise ValueError(f"{', '.join(wrong)}: no code that can be changed; use one of {allowed}")
        return issues

    @field_validator("rules")
    @classmethod
    def _have_codes_of_their_own(cls, rules: tuple[OwnRule, ...]) -> tuple[OwnRule, ...]:
        codes = [rule.code for rule in rules]
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        if repeated:
            raise ValueError(f"{', '.join(repeated)}: used by more than one rule")
        return rules

    @property
    def content_hash(self) -> str | None:
        """SHA-256 of the rules as canonical JSON; None where they change nothing."""
        if self == OwnerRules():
            return None
        document = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


def is_version(guest_os: GuestOs, version: str) -> bool:
    """Whether `version` is the guest's version or a beginning of it, number by number or word by word."""
    known = guest_os.version
    if known is None:
        return False
    return known == version or known.startswith((f"{version}.", f"{version} "))


def _matches(pattern: str | None, text: str | None) -> bool:
    if pattern is None:
        return True
    return text is not None and fnmatchcase(text.lower(), pattern.lower())


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(_matches(pattern, text) for pattern in patterns)
