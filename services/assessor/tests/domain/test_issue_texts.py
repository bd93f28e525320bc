"""Every code that a result can carry is explained."""

from assessor.domain.issue_texts import EXPLANATIONS
from assessor.domain.issues import DataIssue, Issue


def test_every_code_has_text_cause_and_fix() -> None:
    assert set(EXPLANATIONS) == {*Issue, *DataIssue}
    assert all(part.strip() for explanation in EXPLANATIONS.values() for part in explanation)
