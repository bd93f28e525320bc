"""`assessor codes` prints the page of issue codes, and the page is current."""

from pathlib import Path

from typer.testing import CliRunner

from assessor.cli import app
from assessor.domain.issues import DataIssue, Issue

PAGE = Path(__file__).parents[3] / "docs" / "issue-codes.md"


def test_page_of_issue_codes_is_current() -> None:
    printed = CliRunner().invoke(app, ["codes"]).stdout
    assert all(f"| `{code}` |" in printed for code in (*Issue, *DataIssue))
    assert PAGE.read_text(encoding="utf-8") == printed, "run `make docs`"
