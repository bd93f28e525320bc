"""`/v1/assessments`, and the assessments of a group."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status
from fastapi.sse import EventSourceResponse, ServerSentEvent

from query_api.assessments.comparison_schemas import Comparison, ComparisonQuery
from query_api.assessments.live import live_events
from query_api.assessments.schemas import (
    AssessmentsQuery,
    AssessmentView,
    BacktestQuery,
    NewAssessment,
    ResultsQuery,
    RunsQuery,
    RunView,
)
from query_api.assessments.views import run_view
from query_api.changes.endpoints import LastEventId
from query_api.control.idempotency import Attempt, IdempotencyKeyHeader
from query_api.web.dependencies import DepsOf, Operator, Reader
from query_api.web.paging import Page
from surveyor_schemas.assessments.backtest_v1 import Backtest
from surveyor_schemas.assessments.results_v1 import AssessedMachine

router = APIRouter(tags=["assessments"])

RunIdQuery = Annotated[UUID | None, Query(description="An earlier run; the latest when absent.")]


@router.post("/groups/{group_id}/assessments", status_code=status.HTTP_202_ACCEPTED)
async def create_assessment(
    group_id: UUID,
    new: NewAssessment,
    deps: DepsOf,
    caller: Operator,
    response: Response,
    idempotency_key: IdempotencyKeyHeader = None,
) -> AssessmentView:
    """Ask for an assessment of a group; `Location` says where to follow it."""
    attempt = Attempt.of(caller.key_id, idempotency_key, f"assess {group_id}", new)
    assessment_id = await deps.requests.create(group_id, new, caller, attempt)
    response.headers["Location"] = f"/v1/assessments/{assessment_id}"
    return await deps.assessments.view(assessment_id)


@router.get("/groups/{group_id}/assessments")
async def list_group_assessments(
    group_id: UUID, query: Annotated[AssessmentsQuery, Query()], deps: DepsOf, _: Reader
) -> Page[AssessmentView]:
    """The assessments of a group, newest first."""
    items, next_cursor = await deps.assessments.page(query, group_id)
    return Page(items=items, next_cursor=next_cursor)


@router.get("/assessments")
async def list_assessments(
    query: Annotated[AssessmentsQuery, Query()], deps: DepsOf, _: Reader
) -> Page[AssessmentView]:
    """All assessments, newest first."""
    items, next_cursor = await deps.assessments.page(query)
    return Page(items=items, next_cursor=next_cursor)


@router.get("/assessments/{assessment_id}")
async def read_assessment(assessment_id: UUID, deps: DepsOf, _: Reader) -> AssessmentView:
    """One assessment with its latest run: how far it is, and its totals once Completed."""
    return await deps.assessments.view(assessment_id)


@router.post("/assessments/{assessment_id}/recalculate", status_code=status.HTTP_202_ACCEPTED)
async def recalculate_assessment(
    assessment_id: UUID, deps: DepsOf, caller: Operator, idempotency_key: IdempotencyKeyHeader = None
) -> AssessmentView:
    """Ask for a new run with the same settings, on the group and the prices as they are now."""
    attempt = Attempt.of(caller.key_id, idempotency_key, f"recalculate {assessment_id}", None)
    await deps.requests.recalculate(assessment_id, caller, attempt)
    return await deps.assessments.view(assessment_id)


@router.post("/assessments/{assessment_id}/cancel", status_code=status.HTTP_202_ACCEPTED)
async def cancel_assessment(assessment_id: UUID, deps: DepsOf, caller: Operator) -> AssessmentView:
    """Stop the run that waits or is under way. 409 when it has ended; a cancelled one stays so."""
    await deps.requests.cancel(assessment_id, caller)
    return await deps.assessments.view(assessment_id)


@router.get("/assessments/{assessment_id}/runs")
async def list_runs(
    assessment_id: UUID, query: Annotated[RunsQuery, Query()], deps: DepsOf, _: Reader
) -> Page[RunView]:
    """The calculations of an assessment, newest first, each with what came out of it."""
    runs, next_cursor = await deps.assessments.runs(assessment_id, query)
    return Page(items=[run_view(run) for run in runs], next_cursor=next_cursor)


@router.get("/assessments/{assessment_id}/runs/{run_id}")
async def read_run(assessment_id: UUID, run_id: UUID, deps: DepsOf, _: Reader) -> AssessmentView:
    """An assessment as one of its runs has it."""
    return await deps.assessments.view(assessment_id, run_id)


@router.get("/assessments/{assessment_id}/comparison")
async def compare_runs(
    assessment_id: UUID, query: Annotated[ComparisonQuery, Query()], deps: DepsOf, _: Reader
) -> Comparison:
    """The machines on which two runs differ, those whose cost differs most first.

    409 when one of them has no results, or when there is no earlier one.
    """
    return await deps.comparisons.compare(assessment_id, query)


@router.get("/assessments/{assessment_id}/machines")
async def list_assessed_machines(
    assessment_id: UUID, query: Annotated[ResultsQuery, Query()], deps: DepsOf, _: Reader
) -> Page[AssessedMachine]:
    """The results by machine name. 409 while the run is not Completed."""
    items, next_cursor = await deps.assessments.machines(assessment_id, query)
    return Page(items=items, next_cursor=next_cursor)


@router.get("/assessments/{assessment_id}/machines/{machine_id}")
async def read_assessed_machine(
    assessment_id: UUID, machine_id: UUID, deps: DepsOf, _: Reader, run_id: RunIdQuery = None
) -> AssessedMachine:
    """One machine's result, with why this size."""
    return await deps.assessments.machine(assessment_id, machine_id, run_id)


@router.get("/assessments/{assessment_id}/machines/{machine_id}/backtest")
async def backtest_machine(
    assessment_id: UUID, machine_id: UUID, query: Annotated[BacktestQuery, Query()], deps: DepsOf, _: Reader
) -> Backtest:
    """How often use exceeded the recommended size: on raw samples, or the result's 10-minute peaks.

    409 for a machine without a back-test.
    """
    machine = await deps.assessments.machine(assessment_id, machine_id, query.run_id)
    if query.resolution == "10m" and machine.backtest is not None:
        return machine.backtest
    return await deps.backtests.on_samples(machine, query.from_, query.until)


async def _exists(assessment_id: UUID, deps: DepsOf, _: Reader) -> None:
    """Answer 404 before a stream has begun."""
    await deps.assessments.view(assessment_id)


@router.get(
    "/assessments/{assessment_id}/events",
    response_class=EventSourceResponse,
    dependencies=[Depends(_exists)],
)
async def stream_assessment(
    assessment_id: UUID, deps: DepsOf, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """An assessment's progress as it happens; the stream ends with its run.

    Events named `assessment` hold the assessment as `GET` has it: one at once, and one at each change of
    state. Events named `progress` hold its `progress`.
    """
    async for event in live_events(assessment_id, last_event_id, deps.assessments, deps.assessment_feed):
        yield event
