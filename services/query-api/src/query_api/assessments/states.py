"""What an event does to a run: events come at least once, some late, and a run only ever moves forwards."""

from query_api.control.tables import Run
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.run_event import RunEvent

CREATED, RUNNING, COMPLETED, FAILED, CANCELLED = "Created", "Running", "Completed", "Failed", "Cancelled"
FINAL_STATES = frozenset({COMPLETED, FAILED, CANCELLED})
STEPS = ("reading-inputs", "assessing", "writing-results")


def apply(run: Run, event: RunEvent) -> bool:
    """Move a run on by one of its events; return whether that changed anything."""
    if run.state in FINAL_STATES:
        return False
    match event:
        case AssessmentStarted():
            return _start(run, event)
        case AssessmentProgressed():
            return _progress(run, event)
        case AssessmentCompleted():
            run.summary = event.summary.model_dump_json()
            return _finish(run, COMPLETED, event)
        case AssessmentFailed():
            run.error_code, run.error_message = event.code, event.message
            return _finish(run, FAILED, event)
        case AssessmentCancelled():
            return _finish(run, CANCELLED, event)
    return False


def percent_of_run(step: str, done: int, total: int) -> float:
    """How much of a run is done, 0-100. Results are written along with assessing: that step adds nothing."""
    share = done / total if total else 1.0
    return round(min(100.0, 100 * (STEPS.index(step) + share) / (len(STEPS) - 1)), 1)


def _start(run: Run, event: AssessmentStarted) -> bool:
    if run.state == RUNNING:
        return False
    run.state, run.started_at = RUNNING, event.at
    return True


def _progress(run: Run, event: AssessmentProgressed) -> bool:
    if _place(event.step, event.done) <= _place(run.step, run.done):
        return False
    run.state = RUNNING
    run.started_at = run.started_at or event.at
    run.step, run.done, run.total = event.step, event.done, event.total
    return True


def _place(step: str | None, done: int | None) -> tuple[int, int]:
    return (-1, 0) if step is None else (STEPS.index(step), done or 0)


def _finish(run: Run, state: str, event: RunEvent) -> bool:
    run.state, run.finished_at = state, event.at
    run.started_at = run.started_at or event.at
    return True
