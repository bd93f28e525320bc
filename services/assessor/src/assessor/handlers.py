"""Use case: take up a request, store what it is computed from, compute, store and announce the result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from assessor.catalogue.tables import CatalogueRefused
from assessor.catalogues import Catalogues
from assessor.domain.assess import Assessment
from assessor.domain.check_settings import SettingsRefused
from assessor.domain.inputs import MachineInputs, to_machine
from assessor.domain.report import machine_document
from assessor.domain.summary import Totals
from assessor.domain.window import Window, performance_window
from assessor.metrics import MACHINES_ASSESSED, RUNS_ENDED
from assessor.ports import Estate, RunStore
from assessor.progress import Progress
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import crash_point
from surveyor_kit.logging import get_logger
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.results_v1 import AssessedMachine as MachineDocument
from surveyor_schemas.assessments.results_v1 import AssessmentSummary

log = get_logger(__name__)

FailureCode = Literal["catalogue-unknown", "no-machines", "settings-not-supported", "internal"]


class RunFailed(Exception):
    """A run that cannot have a result; the message is for the person who asked for it."""

    def __init__(self, code: FailureCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class RunDependencies:
    """What a run needs; `page_machines` bounds memory."""

    estate: Estate
    runs: RunStore
    catalogues: Catalogues
    publisher: Publisher
    clock: Clock
    page_machines: int
    progress_interval_seconds: float


async def handle_request(request: AssessmentRequested, deps: RunDependencies) -> None:
    """Bring a requested run to its end, completed or failed.

    Repeating it is safe at every point: stored inputs are taken up, results are replaced by the same
    results, and a completed run is only announced again.
    """
    log.info("run_taken_up", run_id=str(request.run_id), machines=request.machine_count)
    try:
        summary = await deps.runs.summary(request.run_id) or await _run(request, deps)
    except RunFailed as failure:
        await _announce_failure(request, failure, deps)
        return
    except Exception:  # a bug fails its run; the service goes on with the next
        log.exception("run_broken", run_id=str(request.run_id))
        bug = RunFailed("internal", "The assessor met an error of its own; its log names it.")
        await _announce_failure(request, bug, deps)
        return
    await _announce_completion(request, summary, deps)


async def _run(request: AssessmentRequested, deps: RunDependencies) -> AssessmentSummary:
    assessment = await _assessment(request, deps)
    scope = await deps.estate.scope(request.run_id)
    if not scope:
        raise RunFailed(
            "no-machines", "The group has no machines; add some and request the assessment again."
        )
    await deps.publisher.publish(
        AssessmentStarted(
            assessment_id=request.assessment_id,
            run_id=request.run_id,
            at=deps.clock.now(),
            machine_count=len(scope),
        )
    )
    progress = Progress(request, deps.publisher, deps.clock)
    pages = list(_pages(scope, deps.page_machines))
    async with progress.told_every(deps.progress_interval_seconds):
        window = await _store_inputs(request, pages, progress, deps)
        crash_point("after_inputs")
        totals = await _assess(request, assessment, pages, progress, deps)
    return await _complete(request, totals, window, deps)


async def _assessment(request: AssessmentRequested, deps: RunDependencies) -> Assessment:
    try:
        catalogue = await deps.catalogues.get(request.catalogue_hash)
        if catalogue is None:
            known = f"No catalogue has the hash {request.catalogue_hash}; request the assessment again."
            raise RunFailed("catalogue-unknown", known)
        return Assessment(request.settings, catalogue)
    except CatalogueRefused as error:
        raise RunFailed("catalogue-unknown", f"The catalogue cannot be read: {error}") from error
    except SettingsRefused as error:
        raise RunFailed("settings-not-supported", str(error)) from error


async def _store_inputs(
    request: AssessmentRequested, pages: Sequence[list[UUID]], progress: Progress, deps: RunDependencies
) -> Window:
    """Store the inputs of every page that has none yet."""
    window = performance_window(request.settings, request.window_end)
    await progress.begin("reading-inputs", sum(map(len, pages)))
    for page in pages:
        if not await deps.runs.stored_inputs(request.run_id, page):
            read_at = deps.clock.now()
            inputs = await deps.estate.inputs(
                request.run_id,
                page,
                window if request.settings.is_performance_based else None,
                request.settings.percentile.rank,
            )
            await deps.runs.store_inputs(request.run_id, inputs, read_at)
        progress.advance(len(page))
    return window


async def _assess(
    request: AssessmentRequested,
    assessment: Assessment,
    pages: Sequence[list[UUID]],
    progress: Progress,
    deps: RunDependencies,
) -> Totals:
    """Compute every page from its stored inputs alone, and store the results."""
    totals = Totals()
    await progress.begin("assessing", sum(map(len, pages)))
    for page in pages:
        inputs = await deps.runs.stored_inputs(request.run_id, page)
        documents = [
            document
            for item in inputs
            if (document := _assess_machine(request, assessment, item, totals)) is not None
        ]
        await deps.runs.store_results(request.run_id, documents, deps.clock.now())
        MACHINES_ASSESSED.inc(len(documents))
        progress.advance(len(page))
    return totals


def _assess_machine(
    request: AssessmentRequested, assessment: Assessment, inputs: MachineInputs, totals: Totals
) -> MachineDocument | None:
    machine = to_machine(inputs)
    if machine is None:
        log.warning("machine_without_cores_or_memory", machine_id=str(inputs.machine.machine_id))
        return None
    result = assessment.assess(machine)
    totals.add(result)
    return machine_document(request.assessment_id, request.run_id, inputs.machine, assessment, result)


async def _complete(
    request: AssessmentRequested, totals: Totals, window: Window, deps: RunDependencies
) -> AssessmentSummary:
    if not totals.machine_count:
        raise RunFailed("no-machines", "None of the group's machines exists any more; change the group.")
    now = deps.clock.now()
    read_at = await deps.runs.inputs_read_at(request.run_id) or now
    summary = totals.summary(request, window, read_at, now)
    crash_point("before_complete")
    await deps.runs.store_summary(summary)
    return summary


async def _announce_completion(
    request: AssessmentRequested, summary: AssessmentSummary, deps: RunDependencies
) -> None:
    await deps.publisher.publish(
        AssessmentCompleted(
            assessment_id=request.assessment_id,
            run_id=request.run_id,
            at=summary.completed_at,
            summary=summary,
        )
    )
    RUNS_ENDED.labels("completed").inc()
    log.info("run_completed", run_id=str(request.run_id), machines=summary.machine_count)


async def _announce_failure(request: AssessmentRequested, failure: RunFailed, deps: RunDependencies) -> None:
    await deps.publisher.publish(
        AssessmentFailed(
            assessment_id=request.assessment_id,
            run_id=request.run_id,
            at=deps.clock.now(),
            code=failure.code,
            message=str(failure),
        )
    )
    RUNS_ENDED.labels(failure.code).inc()
    log.warning("run_failed", run_id=str(request.run_id), code=failure.code, reason=str(failure))


def _pages(scope: list[UUID], machines: int) -> Iterator[list[UUID]]:
    for start in range(0, len(scope), machines):
        yield scope[start : start + machines]
