"""The sheets that go beyond Azure Migrate's layout: options side by side, right-sizing, back-test, notes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from query_api.exports.cells import Cell, joined
from surveyor_schemas.assessments.choices import SavingsOption
from surveyor_schemas.assessments.results_v1 import AssessedMachine, AssessmentSummary

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


def summary_sheets(summary: AssessmentSummary) -> Sequence[SummarySheet]:
    """The sheets of the whole run."""
    return (_savings_options(summary), _notes(summary))


def machine_sheets(currency: str) -> Sequence[MachineSheet]:
    """The sheets with rows of machines."""
    return (_alternatives(currency), _right_sizing(currency), BACKTEST)


def _savings_options(summary: AssessmentSummary) -> SummarySheet:
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
    )
    rows = [
        (
            option.savings_option,
            "Yes" if option.is_selected else "No",
            option.monthly_compute_cost,
            option.monthly_compute_cost_estimated,
            option.monthly_storage_cost,
            option.monthly_security_cost,
            option.machines_priced,
            option.machines_estimated,
            option.machines_unpriced,
        )
        for option in summary.savings_options
    ]
    return SummarySheet("Savings_Options", header, rows)


def _notes(summary: AssessmentSummary) -> SummarySheet:
    rows = [(note.code, note.text, note.cause, note.fix, note.machine_count) for note in summary.notes]
    return SummarySheet("Notes", ("Code", "Meaning", "Cause", "Fix", "Machines"), rows)


def _alternatives(currency: str) -> MachineSheet:
    options = list(SavingsOption)
    prices = [
        title
        for option in options
        for title in (f"Compute monthly cost under {option} {currency}", f"Price under {option}")
    ]
    header = (
        "Machine",
        "Recommended size",
        *prices,
        f"Storage monthly cost with zone redundancy {currency}",
        "Cheapest size of each series",
    )

    def rows(machine: AssessedMachine) -> Iterable[Row]:
        if machine.alternatives is None:
            return
        by_option = {each.savings_option: each for each in machine.alternatives.savings_options}
        cells: list[Cell] = []
        for option in options:
            found = by_option.get(option)
            amount = found.monthly_compute_cost if found else None
            cells += [amount, None if found is None or amount is None else _price_kind(found.is_estimated)]
        storage = machine.alternatives.zone_redundant_storage
        sizes = joined(
            f"{size.name} ({size.monthly_compute_cost:.2f})" for size in machine.alternatives.sizes
        )
        zone_redundant = storage.monthly_storage_cost if storage else None
        yield (machine.display_name, machine.recommended_size, *cells, zone_redundant, sizes)

    return MachineSheet("Alternatives", header, rows)


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
