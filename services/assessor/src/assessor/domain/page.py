"""The machines of a page: assessed from their inputs, then put into documents with their back-tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from assessor.domain.backtest import Check, counted, planned_checks
from assessor.domain.backtest_counts import BacktestCounts
from assessor.domain.inputs import MachineInputs, to_machine
from assessor.domain.report import RunContext, machine_document, unsized_document
from assessor.domain.result import AssessedMachine
from assessor.domain.summary import Totals
from surveyor_schemas.assessments.results_v1 import AssessedMachine as MachineDocument

_NONE_COUNTED = BacktestCounts(counts=[])


@dataclass(frozen=True, slots=True)
class AssessedInputs:
    """A machine's inputs and its result; None where the source does not tell its cores or memory."""

    inputs: MachineInputs
    result: AssessedMachine | None
    checks: tuple[Check, ...]

    @property
    def machine_id(self) -> UUID:
        return self.inputs.machine.machine_id


def assess_inputs(run: RunContext, inputs: Sequence[MachineInputs]) -> list[AssessedInputs]:
    """Assess machines from their stored inputs, and say what a back-test has to count."""
    return [_assess(run, item) for item in inputs]


def page_documents(
    run: RunContext, page: Sequence[AssessedInputs], counts: Mapping[UUID, BacktestCounts], totals: Totals
) -> list[MachineDocument]:
    """Return the documents of a page, and add its machines to the totals.

    Args:
        counts: Of the machines whose checks needed counting.
    """
    return [_document(run, item, counts.get(item.machine_id, _NONE_COUNTED), totals) for item in page]


def _assess(run: RunContext, inputs: MachineInputs) -> AssessedInputs:
    machine = to_machine(inputs)
    if machine is None:
        return AssessedInputs(inputs, None, ())
    result = run.assessment.assess(machine)
    return AssessedInputs(inputs, result, planned_checks(result))


def _document(
    run: RunContext, item: AssessedInputs, counts: BacktestCounts, totals: Totals
) -> MachineDocument:
    if item.result is None:
        document = unsized_document(run, item.inputs.machine)
        totals.add_unsized(document)
        return document
    checks = counted(item.checks, counts.by_number())
    totals.add(item.result, checks)
    return machine_document(run, item.inputs.machine, item.result, checks)
