from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.assessments.states import FINAL_STATES, apply, percent_of_run
from query_api.control.tables import Run
from query_api.testing.builders import NOW, a_summary
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.run_event import RunEvent

IDS: dict[str, Any] = {"assessment_id": UUID(int=1), "run_id": UUID(int=2), "at": NOW}
STEPS = ["reading-inputs", "assessing", "writing-results"]
RANKS = {"Created": 0, "Running": 1, "Completed": 2, "Failed": 2, "Cancelled": 2}

events = st.one_of(
    st.just(AssessmentStarted(**IDS, machine_count=10)),
    st.builds(
        lambda step, done: AssessmentProgressed(**IDS, step=step, done=done, total=10),
        st.sampled_from(STEPS),
        st.integers(0, 10),
    ),
    st.just(AssessmentCompleted(**IDS, summary=a_summary(UUID(int=1), UUID(int=2)))),
    st.just(AssessmentFailed(**IDS, code="internal", message="no")),
    st.just(AssessmentCancelled(**IDS, cancelled_by="somebody")),
)


def shown(run: Run) -> tuple[Any, ...]:
    return (
        run.state,
        run.step,
        run.done,
        run.total,
        run.error_code,
        run.summary,
        run.started_at,
        run.finished_at,
    )


@given(st.lists(events, max_size=12))
def test_a_run_never_goes_back(sequence: list[RunEvent]) -> None:
    run = Run(state="Created")
    for event in sequence:
        before = (RANKS[run.state], STEPS.index(run.step) if run.step else -1, run.done or 0)
        was_final = run.state in FINAL_STATES
        changed = apply(run, event)
        after = (RANKS[run.state], STEPS.index(run.step) if run.step else -1, run.done or 0)
        assert after >= before
        assert not (was_final and changed)


@given(st.lists(events, max_size=12))
def test_hearing_everything_twice_changes_nothing(sequence: list[RunEvent]) -> None:
    once, twice = Run(state="Created"), Run(state="Created")
    for event in sequence:
        apply(once, event)
        apply(twice, event)
        assert apply(twice, event) is False
    assert shown(once) == shown(twice)


@pytest.mark.parametrize(
    ("step", "done", "total", "percent"),
    [
        ("reading-inputs", 0, 10, 0.0),
        ("reading-inputs", 10, 10, 50.0),
        ("assessing", 5, 10, 75.0),
        ("writing-results", 10, 10, 100.0),
        ("assessing", 0, 0, 100.0),
    ],
)
def test_reading_and_assessing_count_a_half_each(step: str, done: int, total: int, percent: float) -> None:
    assert percent_of_run(step, done, total) == percent
