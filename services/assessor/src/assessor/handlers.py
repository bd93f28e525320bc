"""Use case: take up a request, bring its run to an end, and announce how it ended."""

import asyncio

from assessor.domain.rules import RULES_VERSION
from assessor.domain.run_record import RunRecord
from assessor.metrics import RUNS_ENDED
from assessor.run_control import CheckIn, RunCancelled, RunFailed, RunGivenAway, carry_on
from assessor.runs import Attempt, RunDependencies
from surveyor_kit.lifecycle import crash_point
from surveyor_kit.logging import get_logger
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.results_v1 import AssessmentSummary

log = get_logger(__name__)


async def handle_request(
    request: AssessmentRequested, deps: RunDependencies, check_in: CheckIn = carry_on
) -> None:
    """Bring a requested run to its end: completed, failed or cancelled.

    Repeating it is safe at every point: stored inputs are taken up, results are replaced by the same
    results, and a completed run is only announced again.

    Raises:
        RunGivenAway: Another assessor has the run now; nothing was announced.
    """
    log.info("run_taken_up", run_id=str(request.run_id), machines=request.machine_count)
    try:
        summary = await deps.runs.summary(request.run_id) or await _run(request, deps, check_in)
    except RunFailed as failure:
        await _announce_failure(request, failure, deps)
    except RunCancelled as cancelled:
        await _announce_cancellation(request, cancelled, deps)
    else:
        await _announce_completion(request, summary, deps)
    crash_point("before_commit")


async def _run(request: AssessmentRequested, deps: RunDependencies, check_in: CheckIn) -> AssessmentSummary:
    """Try until there is a result, a reason why there is none, or too many attempts have ended badly.

    Attempts are counted in the store: those that ended their process count too.
    """
    while True:
        check_in()
        attempt, number = await _begin(request, deps, check_in)
        try:
            return await attempt.complete()
        except (RunFailed, RunCancelled, RunGivenAway):
            raise
        except Exception:  # a bug, or a bug of the store: the service goes on with the next run
            log.exception("run_broken", run_id=str(request.run_id), attempt=number)
            if number >= deps.attempts:
                raise _too_many(number) from None
        await asyncio.sleep(deps.retry_seconds * number)


async def _begin(
    request: AssessmentRequested, deps: RunDependencies, check_in: CheckIn
) -> tuple[Attempt, int]:
    """Note an attempt in the store, with all that decides its outcome."""
    before = await deps.runs.record(request.run_id)
    number = before.attempts + 1 if before else 1
    if number > deps.attempts:
        raise _too_many(number - 1)
    began_at = deps.clock.now()
    owner_rules = before.owner_rules if before else deps.owner_rules
    record = RunRecord(request=request, rules_version=RULES_VERSION, attempts=number, owner_rules=owner_rules)
    await deps.runs.store_record(record, began_at)
    return Attempt(request, began_at, check_in, deps, owner_rules), number


def _too_many(attempts: int) -> RunFailed:
    return RunFailed(
        "internal",
        f"The assessor met an error of its own, {attempts} times; its log names it."
        " Request the assessment again once the cause is mended.",
    )


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


async def _announce_cancellation(
    request: AssessmentRequested, cancelled: RunCancelled, deps: RunDependencies
) -> None:
    await deps.publisher.publish(
        AssessmentCancelled(
            assessment_id=request.assessment_id,
            run_id=request.run_id,
            at=deps.clock.now(),
            cancelled_by=cancelled.cancelled_by,
        )
    )
    RUNS_ENDED.labels("cancelled").inc()
    log.info("run_cancelled", run_id=str(request.run_id))
