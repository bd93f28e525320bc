"""The totals of a run."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from assessor.domain.alternatives import Alternatives
from assessor.domain.assess import Assessment
from assessor.domain.backtest import CountedCheck
from assessor.domain.catalogue import DiskType
from assessor.domain.confidence import Coverage, assessment_coverage
from assessor.domain.cost import exact_sum
from assessor.domain.issues import DataIssue
from assessor.domain.result import AssessedDisk, AssessedMachine
from assessor.domain.rules import RULES_VERSION
from assessor.domain.side_by_side import BacktestTotals, RightSizingTotals, SavingsTotals, notes
from assessor.domain.window import Window
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.choices import SecurityOffering
from surveyor_schemas.assessments.results_v1 import AssessedMachine as MachineDocument
from surveyor_schemas.assessments.results_v1 import AssessmentSummary, CostComponents, SavingsOptionTotal


class Totals:
    """Adds up machines as they come; what is unknown is counted, never added as zero."""

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self.machine_count = 0
        self._suitability: Counter[str] = Counter()
        self._issues: Counter[str] = Counter()
        self._compute = Decimal(0)
        self._storage = Decimal(0)
        self._windows_saved = Decimal(0)
        self._by_type: dict[DiskType, Decimal | None] = {}
        self._without_compute = 0
        self._without_storage = 0
        self._coverage: Coverage | None = None
        self._prices_as_of: date | None = None
        self._security: Decimal = Decimal(0)
        self._data_issues: Counter[str] = Counter()
        self._savings = SavingsTotals()
        self._with_other_licence = SavingsTotals()
        self._has_windows = False
        self._right_sizing = RightSizingTotals()
        self._backtest = BacktestTotals()

    def add_unsized(self, document: MachineDocument) -> None:
        """Add a machine that could not be assessed at all."""
        self.machine_count += 1
        self._suitability[document.suitability] += 1
        self._issues.update(issue.code for issue in document.issues)
        self._data_issues.update(document.data_issues)

    def add(self, result: AssessedMachine, checks: Sequence[CountedCheck]) -> None:
        """Add one machine's result and its back-test."""
        self.machine_count += 1
        self._data_issues.update(_all_data_issues(result))
        self._backtest.add(checks)
        self._right_sizing.add(result.right_sizing)
        self._suitability[result.readiness] += 1
        self._issues.update(result.issues)
        self._coverage = assessment_coverage([self._coverage, result.coverage])
        if result.recommended_size is None:
            return
        if result.alternatives is not None:
            self._add_alternatives(result.alternatives)
        self._security = exact_sum([self._security, result.monthly_security_cost])
        self._compute = exact_sum([self._compute, result.monthly_compute_cost])
        self._storage = exact_sum([self._storage, result.monthly_storage_cost])
        self._windows_saved = exact_sum([self._windows_saved, result.monthly_windows_licence_saved])
        self._without_compute += result.monthly_compute_cost is None
        self._without_storage += result.monthly_storage_cost is None
        for disk in result.disks:
            self._add_disk(disk)
        dates = [day for day in (self._prices_as_of, result.prices_as_of) if day is not None]
        self._prices_as_of = min(dates, default=None)

    def _add_alternatives(self, alternatives: Alternatives) -> None:
        other = alternatives.other_licence
        self._savings.add(alternatives.savings_options)
        self._with_other_licence.add(other.savings_options if other else alternatives.savings_options)
        self._has_windows = self._has_windows or other is not None

    def _add_disk(self, disk: AssessedDisk) -> None:
        if disk.recommended_type is None:
            return
        known = self._by_type.get(disk.recommended_type, Decimal(0))
        unknown = known is None or disk.monthly_cost is None
        self._by_type[disk.recommended_type] = None if unknown else exact_sum([known, disk.monthly_cost])

    def summary(
        self,
        request: AssessmentRequested,
        window: Window,
        inputs_read_at: datetime,
        completed_at: datetime,
    ) -> AssessmentSummary:
        """Return the summary of everything that was added."""
        rate, owner = self._assessment.currency_rate, self._assessment.rules.owner
        security = self._security_cost()
        return AssessmentSummary(
            assessment_id=request.assessment_id,
            run_id=request.run_id,
            machine_count=self.machine_count,
            suitability_counts={str(name): count for name, count in sorted(self._suitability.items())},
            issue_counts={str(code): count for code, count in sorted(self._issues.items())},
            monthly_compute_cost=self._compute,
            monthly_storage_cost=self._storage,
            monthly_storage_cost_by_type=self._storage_by_type(),
            monthly_security_cost=security,
            machines_without_security_cost=self._without_security(),
            monthly_windows_hybrid_benefit_savings=self._windows_saved,
            machines_without_compute_cost=self._without_compute,
            machines_without_storage_cost=self._without_storage,
            confidence_percent=self._coverage.percent if self._coverage else None,
            confidence_stars=self._coverage.stars if self._coverage else None,
            currency=str(request.settings.currency),
            prices_at=_midnight(self._prices_as_of),
            catalogue_hash=request.catalogue_hash,
            rules_version=RULES_VERSION,
            window_start=window.start_at,
            window_end=window.end_at,
            inputs_read_at=inputs_read_at,
            completed_at=completed_at,
            currency_per_usd=rate.per_usd,
            currency_rate_at=_midnight(rate.as_of),
            rules_hash=owner.content_hash,
            savings_options=self._savings.documents(
                request.settings.savings_options, self._storage, security
            ),
            savings_options_with_other_licence=self._other_licence_documents(security),
            rightsizing=self._right_sizing.documents(),
            backtest=self._backtest.documents(),
            notes=notes(self._data_issues),
        )

    def _other_licence_documents(self, security: Decimal | None) -> list[SavingsOptionTotal]:
        """Empty where no machine runs Windows: nothing would differ."""
        if not self._has_windows:
            return []
        return self._with_other_licence.documents(None, self._storage, security)

    def _security_cost(self) -> Decimal | None:
        """None where security is left out, or where nobody gave its price."""
        if self._assessment.settings.azure_security_offering_type is SecurityOffering.NONE:
            return None
        has_price = self._assessment.rules.owner.prices.defender_usd_per_month is not None
        return self._security if has_price else None

    def _without_security(self) -> int | None:
        if self._assessment.settings.azure_security_offering_type is SecurityOffering.NONE:
            return None
        return self._data_issues[DataIssue.NO_SECURITY_COST]

    def _storage_by_type(self) -> CostComponents:
        def of(disk_type: DiskType) -> Decimal | None:
            return self._by_type.get(disk_type, Decimal(0))

        return CostComponents(
            standard=of(DiskType.STANDARD_HDD),
            standard_ssd=of(DiskType.STANDARD_SSD),
            premium=of(DiskType.PREMIUM_SSD),
            premium_v2=of(DiskType.PREMIUM_SSD_V2),
            ultra=of(DiskType.ULTRA),
        )


def _all_data_issues(result: AssessedMachine) -> set[str]:
    """Codes of the machine, its disks and its NICs, each once."""
    parts = [result.data_issues, *(disk.data_issues for disk in result.disks)]
    parts += [nic.data_issues for nic in result.nics]
    return {str(code) for codes in parts for code in codes}


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
