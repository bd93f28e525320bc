"""From rows of the control database to what the API shows."""

from typing import cast

from query_api.assessments.schemas import (
    AssessmentView,
    Progress,
    RunError,
    RunFigures,
    RunView,
    State,
    Step,
)
from query_api.assessments.states import RUNNING, percent_of_run
from query_api.control.tables import Assessment, Group, Run
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.results_v1 import AssessmentSummary


def summary_of(run: Run) -> AssessmentSummary | None:
    """The totals of a run, None unless it is Completed."""
    return AssessmentSummary.model_validate_json(run.summary) if run.summary else None


def assessment_view(
    assessment: Assessment,
    run: Run,
    group: Group,
    *,
    summary: AssessmentSummary | None,
    is_outdated: bool | None,
) -> AssessmentView:
    """An assessment with its latest run."""
    return AssessmentView(
        id=assessment.id,
        name=assessment.name,
        group_id=group.id,
        group_name=run.group_name,
        created_at=assessment.created_at,
        created_by=assessment.created_by,
        run_id=run.run_id,
        run_number=run.number,
        state=cast(State, run.state),
        requested_at=run.requested_at,
        requested_by=run.requested_by,
        started_at=run.started_at,
        finished_at=run.finished_at,
        progress=_progress(run),
        cancel_requested_at=run.cancel_requested_at,
        error=_error(run),
        machine_count=run.machine_count,
        group_revision=run.group_revision,
        catalogue_hash=run.catalogue_hash,
        window_end=run.window_end,
        is_out_of_sync=group.deleted_at is not None or group.members_revision > run.group_revision,
        is_outdated=is_outdated,
        settings=AssessmentSettings.model_validate(run.settings),
        summary=summary,
    )


def run_view(run: Run) -> RunView:
    """One calculation."""
    summary = summary_of(run)
    return RunView(
        run_id=run.run_id,
        number=run.number,
        state=cast(State, run.state),
        requested_at=run.requested_at,
        requested_by=run.requested_by,
        started_at=run.started_at,
        finished_at=run.finished_at,
        error=_error(run),
        machine_count=run.machine_count,
        catalogue_hash=run.catalogue_hash,
        window_end=run.window_end,
        figures=RunFigures.model_validate(summary, from_attributes=True) if summary else None,
    )


def _progress(run: Run) -> Progress | None:
    if run.state != RUNNING or run.step is None or run.done is None or run.total is None:
        return None
    percent = percent_of_run(run.step, run.done, run.total)
    return Progress(step=cast(Step, run.step), done=run.done, total=run.total, percent=percent)


def _error(run: Run) -> RunError | None:
    if run.error_code is None:
        return None
    return RunError(code=run.error_code, message=run.error_message or "")
