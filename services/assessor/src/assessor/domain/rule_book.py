"""The rules that a run goes by: the built-in ones, with what the owner made of them."""

from collections.abc import Iterable

from assessor.domain.issue_texts import EXPLANATIONS, Explanation
from assessor.domain.issues import OS_ISSUES, Issue, Readiness, effect, worst_of
from assessor.domain.machine import Machine
from assessor.domain.owner_rules import IssueOverride, OsSupport, OwnerRules
from assessor.domain.readiness import readiness_issues
from surveyor_inventory.guest_os import GuestOs
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

_OS_SUPPORT = {
    "Suitable": None,
    "ConditionallySuitable": Issue.OS_CONDITIONAL,
    "NotSuitable": Issue.OS_NOT_SUPPORTED,
}
_UNCHANGED = IssueOverride()


class RuleBook:
    """Findings, what they mean for readiness, and the words for them."""

    def __init__(self, owner: OwnerRules | None = None) -> None:
        self.owner = owner or OwnerRules()
        self._own = {rule.code: rule for rule in self.owner.rules}

    def findings(self, machine: Machine, settings: AssessmentSettings) -> tuple[str, ...]:
        """Every finding of the first stage: built-in ones that are not switched off, then the owner's."""
        limits = self.owner.limits
        found = readiness_issues(machine, settings, limits.max_cores, limits.max_memory_gib)
        built_in = self._with_own_support(found, machine.guest_os)
        own = [rule.code for rule in self.owner.rules if rule.when.holds(machine)]
        return (*self.kept(built_in), *own)

    def kept(self, issues: Iterable[Issue]) -> tuple[Issue, ...]:
        """Leave out what is switched off."""
        return tuple(issue for issue in issues if not self._override(issue).off)

    def worst(self, codes: Iterable[str]) -> Readiness:
        """The readiness that several findings leave."""
        return worst_of(self._effect(code) for code in codes)

    def explanation(self, code: str) -> Explanation:
        """What a finding means, in the owner's words where there are any."""
        if code in self._own:
            rule = self._own[code]
            return Explanation(rule.text, rule.cause, rule.fix)
        built_in = EXPLANATIONS[Issue(code)]
        override = self._override(code)
        return Explanation(
            override.text or built_in.text, override.cause or built_in.cause, override.fix or built_in.fix
        )

    def _effect(self, code: str) -> Readiness:
        if code in self._own:
            return Readiness(self._own[code].readiness)
        changed = self._override(code).readiness
        return effect(Issue(code)) if changed is None else Readiness(changed)

    def _override(self, code: str) -> IssueOverride:
        return self.owner.issues.get(code, _UNCHANGED)

    def _with_own_support(self, issues: Iterable[Issue], guest_os: GuestOs) -> list[Issue]:
        """Put the owner's word on the operating system in place of the tables'."""
        entry = self._os_entry(guest_os)
        if entry is None:
            return list(issues)
        others = [issue for issue in issues if issue not in OS_ISSUES]
        support = _OS_SUPPORT[entry.readiness]
        return others if support is None else [support, *others]

    def _os_entry(self, guest_os: GuestOs) -> OsSupport | None:
        return next((entry for entry in self.owner.operating_systems if entry.is_about(guest_os)), None)
