"""`assessor codes`: every code that a result can carry, as the page `docs/issue-codes.md`."""

from collections.abc import Iterable, Iterator

import typer

from assessor.domain.issue_texts import EXPLANATIONS
from assessor.domain.issues import OVERRIDABLE, DataIssue, Issue, effect

_INTRODUCTION = """# Issue codes

Written by `make docs`. The spelling is that of Azure Migrate's API (2023-03-15) where it has the code.

## Issues

What a finding leaves of the readiness of its machine or disk; the worst one counts. Where the third
column says yes, [rules of your own](assessment-rules.md) may judge it otherwise or switch it off.
"""
_DATA_ISSUES = """
## Data issues

What was not measured, what has no price, and what will not last. They change no readiness.
"""


def codes() -> None:
    """Print every code of issues and data issues with its meaning, cause and fix, in Markdown."""
    typer.echo("\n".join(_page()))


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    yield from _header("code", "readiness", "own rules", "meaning", "cause", "fix")
    for issue in sorted(Issue):
        may_change = "yes" if issue in OVERRIDABLE else ""
        yield _row(f"`{issue}`", effect(issue), may_change, *EXPLANATIONS[issue])
    yield _DATA_ISSUES
    yield from _header("code", "meaning", "cause", "fix")
    for data_issue in sorted(DataIssue):
        yield _row(f"`{data_issue}`", *EXPLANATIONS[data_issue])


def _header(*names: str) -> Iterable[str]:
    return (_row(*names), _row(*["---"] * len(names)))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
