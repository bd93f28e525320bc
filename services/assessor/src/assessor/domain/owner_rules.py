"""The owner's own rules: what a site adds to the built-in ones, overrides, or switches off.

Values only; `rule_book` applies them, `assessor.rules_file` reads them. They are part of what a result
follows from, so a run keeps them with its request.
"""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from assessor.domain.catalogue import VmSize
from assessor.domain.issues import OVERRIDABLE, DataIssue, Issue
from assessor.domain.owner_conditions import Condition, RulePart, Text, any_matches, is_version
from assessor.domain.rules import MAX_CORES, MAX_MEMORY_GIB
from surveyor_inventory.guest_os import GuestOs, OsProduct

Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
OwnReadiness = Literal["Suitable", "ConditionallySuitable", "ReadinessUnknown", "NotSuitable"]
OsReadiness = Literal["Suitable", "ConditionallySuitable", "NotSuitable"]


class IssueOverride(RulePart):
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


class OwnRule(RulePart):
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


class OsSupport(RulePart):
    """What a guest operating system is worth, in place of the built-in tables."""

    product: OsProduct
    version: Text | None = None
    """A version or its beginning; every version where it is left out."""
    readiness: OsReadiness

    def is_about(self, guest_os: GuestOs) -> bool:
        if guest_os.product is not self.product:
            return False
        return self.version is None or is_version(guest_os, self.version)


class SizeRules(RulePart):
    """Sizes and series that are never recommended; * and ? stand for any characters."""

    exclude: tuple[Text, ...] = ()
    exclude_series: tuple[Text, ...] = ()

    def allow(self, size: VmSize) -> bool:
        return not (any_matches(self.exclude, size.name) or any_matches(self.exclude_series, size.series))


class RightSizingRules(RulePart):
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


class LimitRules(RulePart):
    """Above what need a machine counts as not suitable, whatever sizes there are.

    Source: Azure Migrate, "Azure VM assessments" (2025-02-06). Azure has larger sizes by now.
    """

    max_cores: Annotated[float, Field(gt=0, allow_inf_nan=False)] = MAX_CORES
    max_memory_gib: Annotated[float, Field(gt=0, allow_inf_nan=False)] = MAX_MEMORY_GIB


class OwnPrices(RulePart):
    """Prices that no public list gives."""

    defender_usd_per_month: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = None
    """Microsoft Defender for Servers, a machine and month."""
    as_of: date | None = None

    @model_validator(mode="after")
    def _are_dated(self) -> Self:
        if self.defender_usd_per_month is not None and self.as_of is None:
            raise ValueError("as_of: a price needs its date")
        return self


class OwnerRules(RulePart):
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
