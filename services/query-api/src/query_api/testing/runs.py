"""What the assessor does to a run, for tests."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from query_api.bootstrap import Running
from query_api.testing.builders import NOW, a_summary, store_results
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.results_v1 import AssessedMachine


async def complete_run(
    running: Running,
    store: ClickHouse,
    assessment: dict[str, Any],
    results: Sequence[AssessedMachine],
    **summary: Any,
) -> None:
    """Write the results of an assessment's latest run and tell that it is Completed."""
    assessment_id, run_id = UUID(assessment["id"]), UUID(assessment["run_id"])
    total = a_summary(assessment_id, run_id, **summary)
    await store_results(store, total, list(results))
    event = AssessmentCompleted(assessment_id=assessment_id, run_id=run_id, at=NOW, summary=total)
    await running.deps.assessments.apply(event)
