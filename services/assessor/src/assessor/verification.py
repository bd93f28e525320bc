"""Compute a stored run again, from what it was computed from, and compare byte by byte."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from assessor.backtesting import Backtests
from assessor.catalogues import Catalogues
from assessor.domain.page import assess_inputs, page_documents
from assessor.domain.report import RunContext
from assessor.domain.rules import RULES_VERSION
from assessor.domain.summary import Totals
from assessor.domain.window import performance_window
from assessor.ports import RunStore
from assessor.run_control import RunFailed
from assessor.runs import load_assessment
from surveyor_schemas.assessments.results_v1 import AssessmentSummary

PAGE_MACHINES = 1_000
NOTHING = "nothing"


class NotVerifiable(Exception):
    """There is nothing to compare; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where what is stored and what was computed differ."""

    machine: str
    """Name and id of the machine, or "the summary"."""
    field: str
    stored: str
    computed: str


@dataclass(frozen=True, slots=True)
class Verification:
    """`rules_of_run` differs from `rules_here` when another release computed the run."""

    machines: int
    difference: Difference | None
    rules_of_run: str
    rules_here: str = RULES_VERSION


async def verify_run(
    run_id: UUID, runs: RunStore, catalogues: Catalogues, backtests: Backtests
) -> Verification:
    """Compare a run's results and summary with a new computation; its time of completion is taken as it is.

    Needs the run's record, its inputs, what its back-test counted and its catalogue, and no sample.

    Raises:
        NotVerifiable: One of them is not in the store, or the run has no result.
    """
    record, stored = await runs.record(run_id), await runs.summary_document(run_id)
    if record is None:
        raise NotVerifiable(f"The store has no run {run_id}.")
    if stored is None:
        raise NotVerifiable(f"Run {run_id} has no result: it was not completed.")
    request, machines = record.request, 0
    try:
        assessment = await load_assessment(request, record.owner_rules, catalogues)
    except RunFailed as failure:
        raise NotVerifiable(str(failure)) from failure
    window = performance_window(request.settings, request.window_end)
    run, totals = RunContext(request.assessment_id, run_id, assessment, window), Totals(assessment)
    for page in _pages(await runs.input_ids(run_id)):
        assessed = assess_inputs(run, await runs.stored_inputs(run_id, page))
        documents = page_documents(run, assessed, await backtests.stored(run_id, page), totals)
        computed = {document.machine_id: document.model_dump_json() for document in documents}
        found = first_difference(await runs.results(run_id, page), computed)
        if found is not None:
            return Verification(machines, found, record.rules_version)
        machines += len(computed)
    before = AssessmentSummary.model_validate_json(stored)
    after = totals.summary(request, window, before.inputs_read_at, before.completed_at).model_dump_json()
    difference = None if after == stored else _difference("the summary", stored, after)
    return Verification(machines, difference, record.rules_version)


def first_difference(stored: dict[UUID, str], computed: dict[UUID, str]) -> Difference | None:
    """Return the first difference between two sets of documents, in the order of machine ids."""
    for machine_id in sorted(stored.keys() | computed.keys()):
        before, after = stored.get(machine_id), computed.get(machine_id)
        if before != after:
            name = json.loads(before or after or "{}").get("display_name")
            return _difference(f"{name} ({machine_id})", before, after)
    return None


def _difference(machine: str, before: str | None, after: str | None) -> Difference:
    if before is None or after is None:
        return Difference(machine, "the whole result", before or NOTHING, after or NOTHING)
    for field, stored, computed in _differing(json.loads(before), json.loads(after), ""):
        return Difference(machine, field, stored, computed)
    return Difference(machine, "spelling alone", before, after)


def _differing(before: Any, after: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """Yield path, old and new value of every leaf that differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _differing(before.get(name), after.get(name), f"{place}.{name}" if place else name)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for position, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differing(one, other, f"{place}[{position}]")
    elif before != after:
        yield place, json.dumps(before), json.dumps(after)


def _pages(machine_ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(machine_ids), PAGE_MACHINES):
        yield machine_ids[start : start + PAGE_MACHINES]
