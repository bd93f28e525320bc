"""The sheets that go beyond Azure Migrate's layout: options side by side, right-sizing, back-test, notes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from query_api.exports.cells import Cell, joined
from query_api.exports.summary_sheets import ExportedAssessment
from surveyor_schemas.assessments.choices import HybridBenefit, SavingsOption
from surveyor_schemas.assessments.results_v1 import (
    AssessedMachine,
    AssessmentSummary,
    SavingsAlternative,
    SavingsOptionTotal,
)

ESTIMATED, LISTED = "estimated", "list price"
SECONDS_PER_MINUTE = 60
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class MachineSheet:
    """A sheet whose rows are made machine by machine."""

    name: str
    header: Sequence[str]
    rows: Callable[[AssessedMachine], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class SummarySheet:
    """A sheet of the whole run."""

    name: str
    header: Sequence[str]
    rows: Sequence[Row]


def summary_sheets(assessment: ExportedAssessment) -> Sequence[SummarySheet]:
    """The sheets of the whole run."""
    return (_savings_options(assessment), _notes(assessment.summary))


def machine_sheets(assessment: ExportedAssessment) -> Sequence[MachineSheet]:
    """The sheets with rows of machines."""
    currency = assessment.summary.currency
    return (_alternatives(currency, _other_licence(assessment)), _right_sizing(currency), BACKTEST)


def _other_licence(assessment: ExportedAssessment) -> str:
    """The choice for Windows licences that the run's settings do not make."""
    is_brought_along = assessment.settings.azure_hybrid_use_benefit is HybridBenefit.YES
    return f"{'without' if is_brought_along else 'with'} Azure Hybrid Benefit for Windows"


def _savings_options(assessment: ExportedAssessment) -> SummarySheet:
    summary, licence = assessment.summary, _other_licence(assessment)
    header = (
        "Savings option",
        "Selected",
        f"Compute monthly cost estimate {summary.currency}",
        f"Of which estimated {summary.currency}",
        f"Storage monthly cost estimate {summary.currency}",
        f"Security monthly cost estimate {summary.currency}",
        "Machines with a list price",
        "Machines with an estimated price",
        "Machines without a price",
        f"Compute monthly cost estimate {licence} {summary.currency}",
        f"Of which estimated {licence} {summary.currency}",
        f"Machines with a list price {licence}",
        f"Machines with an estimated price {licence}",
        f"Machines without a price {licence}",
    )
    # Without Windows machines there are no totals with the other licence: their cells stay empty.
    pairs = zip_longest(summary.savings_options, summary.savings_options_with_other_licence)
    return SummarySheet("Savings_Options", header, [_option_row(own, other) for own, other in pairs])


def _option_row(own: SavingsOptionTotal, other: SavingsOptionTotal | None) -> Row:
    return (
        own.savings_option,
        "Yes" if own.is_selected else "No",
        *_compute(own),
        own.monthly_storage_cost,
        own.monthly_security_cost,
        *_machines(own),
        *(_compute(other) if other else ()),
        *(_machines(other) if other else ()),
    )


def _compute(option: SavingsOptionTotal) -> Row:
    """The amount and its estimated part; unknown where no machine has a price, which adds up to zero."""
    if option.machines_unpriced and not option.machines_priced and not option.machines_estimated:
        return (None, None)
    return (option.monthly_compute_cost, option.monthly_compute_cost_estimated)


def _machines(option: SavingsOptionTotal) -> Row:
    return (option.machines_priced, option.machines_estimated, option.machines_unpriced)


def _notes(summary: AssessmentSummary) -> SummarySheet:
    rows = [(note.code, note.text, note.cause, note.fix, note.machine_count) for note in summary.notes]
    return SummarySheet("Notes", ("Code", "Meaning", "Cause", "Fix", "Machines"), rows)


def _alternatives(currency: str, licence: str) -> MachineSheet:
    header = (
        "Machine",
        "Recommended size",
        *_price_titles("", currency),
        f"Storage monthly cost with zone redundancy {currency}",
        "Cheapest size of each series",
        "Recommended size retires",
        *_price_titles(f" {licence}", currency),
    )

    def rows(machine: AssessedMachine) -> Iterable[Row]:
        found = machine.alternatives
        if found is None:
            return
        storage = found.zone_redundant_storage
        yield (
            machine.display_name,
            machine.recommended_size,
            *_prices(found.savings_options),
            storage.monthly_storage_cost if storage else None,
            joined(f"{size.name} ({size.monthly_compute_cost:.2f})" for size in found.sizes),
            machine.recommended_size_retires,
            *_prices(found.other_licence.savings_options if found.other_licence else ()),
        )

    return MachineSheet("Alternatives", header, rows)


def _price_titles(licence: str, currency: str) -> Iterable[str]:
    """Two titles per savings option, for the cells of `_prices`."""
    for option in SavingsOption:
        yield f"Compute monthly cost under {option}{licence} {currency}"
        yield f"Price under {option}{licence}"


def _prices(options: Iterable[SavingsAlternative]) -> Iterable[Cell]:
    """An amount per savings option and what kind of price it is; both empty where it is not known."""
    by_option = {each.savings_option: each for each in options}
    for option in SavingsOption:
        found = by_option.get(option)
        amount = found.monthly_compute_cost if found else None
        yield amount
        yield None if found is None or amount is None else _price_kind(found.is_estimated)


def _price_kind(is_estimated: bool) -> str:
    return ESTIMATED if is_estimated else LISTED


def _right_sizing(currency: str) -> MachineSheet:
    header = (
        "Machine",
        "Finding",
        "Reason",
        "Recommended size",
        "Size as allocated",
        f"Compute monthly cost as allocated {currency}",
        f"Monthly savings {currency}",
    )

    def rows(machine: AssessedMachine) -> Iterable[Row]:
        found = machine.rightsizing
        if found is not None:
            yield (
                machine.display_name,
                found.finding,
                found.reason,
                machine.recommended_size,
                found.size_as_allocated,
                found.monthly_compute_cost_as_allocated,
                found.monthly_savings,
            )

    return MachineSheet("Right_Sizing", header, rows)


def _exceeded(machine: AssessedMachine) -> Iterable[Row]:
    """The limits that measured use exceeded; what stayed below has no row."""
    if machine.backtest is None:
        return
    names = {disk.disk_id: disk.name for disk in machine.disks}
    for check in machine.backtest.checks:
        if check.points_above:
            yield (
                machine.display_name,
                machine.recommended_size,
                check.name,
                names.get(check.disk_id or ""),
                check.limit,
                check.points_measured,
                check.points_above,
                check.percent_above,
                (check.longest_above_seconds or 0) // SECONDS_PER_MINUTE,
            )


BACKTEST = MachineSheet(
    "Backtest_Exceeded",
    (
        "Machine",
        "Recommended size",
        "Limit of",
        "Disk",
        "Limit",
        "10-minute peaks measured",
        "Peaks above the limit",
        "Peaks above the limit(%)",
        "Longest stretch above(minutes)",
    ),
    _exceeded,
)
