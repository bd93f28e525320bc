"""Totals beside the plain sums: every savings option, right-sizing, the back-test, and what is lacking."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from assessor.domain.alternatives import SavingsAlternative
from assessor.domain.backtest import CountedCheck
from assessor.domain.cost import exact_sum
from assessor.domain.issue_texts import EXPLANATIONS
from assessor.domain.issues import DataIssue
from assessor.domain.right_sizing import RightSizing
from assessor.domain.window import SLOT
from surveyor_schemas.assessments.backtest_v1 import BacktestTotal, CheckName
from surveyor_schemas.assessments.choices import SavingsOption
from surveyor_schemas.assessments.results_v1 import Note, RightSizingTotal, SavingsOptionTotal

_SLOT_SECONDS = int(SLOT.total_seconds())


@dataclass
class _Option:
    listed: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    machines_listed: int = 0
    machines_estimated: int = 0
    machines_unpriced: int = 0

    def add(self, row: SavingsAlternative) -> None:
        if row.monthly_compute_cost is None:
            self.machines_unpriced += 1
        elif row.estimated_from is None:
            self.machines_listed += 1
            self.listed = exact_sum([self.listed, row.monthly_compute_cost])
        else:
            self.machines_estimated += 1
            self.estimated = exact_sum([self.estimated, row.monthly_compute_cost])


class SavingsTotals:
    """The recommended sizes of all machines under every savings option."""

    def __init__(self) -> None:
        self._options = {option: _Option() for option in SavingsOption}

    def add(self, rows: Iterable[SavingsAlternative]) -> None:
        """Add one machine's row per option."""
        for row in rows:
            self._options[row.option].add(row)

    def documents(
        self, selected: SavingsOption | None, storage: Decimal, security: Decimal | None
    ) -> list[SavingsOptionTotal]:
        """One total per option; storage and security cost do not depend on it.

        Args:
            selected: The option that the settings choose; None where these totals are not the settings'.
        """
        return [
            SavingsOptionTotal(
                savings_option=option,
                is_selected=option is selected,
                monthly_compute_cost=exact_sum([sums.listed, sums.estimated]),
                monthly_compute_cost_estimated=sums.estimated,
                monthly_storage_cost=storage,
                monthly_security_cost=security,
                machines_priced=sums.machines_listed,
                machines_estimated=sums.machines_estimated,
                machines_unpriced=sums.machines_unpriced,
            )
            for option, sums in self._options.items()
        ]


class RightSizingTotals:
    """How many machines are idle or oversized, and what that would save."""

    def __init__(self) -> None:
        self._machines: Counter[str] = Counter()
        self._unpriced: Counter[str] = Counter()
        self._savings: dict[str, Decimal] = {}

    def add(self, found: RightSizing | None) -> None:
        """Add one machine's finding."""
        if found is None:
            return
        self._machines[found.finding] += 1
        self._unpriced[found.finding] += found.monthly_savings is None
        known = self._savings.get(found.finding, Decimal(0))
        self._savings[found.finding] = exact_sum([known, found.monthly_savings])

    def documents(self) -> list[RightSizingTotal]:
        """Both findings, also where no machine has one."""
        findings: tuple[Literal["Idle", "Oversized"], ...] = ("Idle", "Oversized")
        return [
            RightSizingTotal(
                finding=finding,
                machine_count=self._machines[finding],
                monthly_savings=self._savings.get(finding, Decimal(0)),
                machines_without_savings=self._unpriced[finding],
            )
            for finding in findings
        ]


@dataclass
class _CheckTotal:
    tested: int = 0
    above: int = 0
    points_measured: int = 0
    points_above: int = 0
    longest: int = 0


@dataclass
class BacktestTotals:
    """The back-tests of all machines, by kind of check."""

    _totals: dict[CheckName, _CheckTotal] = field(default_factory=dict)

    def add(self, checks: Sequence[CountedCheck]) -> None:
        """Add one machine; its disks count as one machine."""
        tested: set[CheckName] = set()
        above: set[CheckName] = set()
        for checked in checks:
            count = checked.count
            if count is None or not count.measured:
                continue
            name = checked.check.name
            sums = self._totals.setdefault(name, _CheckTotal())
            sums.points_measured += count.measured
            sums.points_above += count.above
            sums.longest = max(sums.longest, count.longest_above)
            tested.add(name)
            above.update([name] if count.above else [])
        for name in tested:
            self._totals[name].tested += 1
            self._totals[name].above += name in above

    def documents(self) -> list[BacktestTotal]:
        """One total per kind of check, by name."""
        return [
            BacktestTotal(
                name=name,
                machines_tested=sums.tested,
                machines_above=sums.above,
                points_measured=sums.points_measured,
                points_above=sums.points_above,
                longest_above_seconds=sums.longest * _SLOT_SECONDS,
            )
            for name, sums in sorted(self._totals.items())
        ]


def notes(machines_by_code: Counter[str]) -> list[Note]:
    """What the data issues of a run mean, in the order of their codes."""
    return [
        Note(code=code, **EXPLANATIONS[DataIssue(code)]._asdict(), machine_count=count)
        for code, count in sorted(machines_by_code.items())
    ]
