"""Wait for a run, with a progress bar where somebody looks."""

import time

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from surveyor_cli.api.client import ApiClient, Away, Document
from surveyor_cli.exits import FAILED, UNREACHABLE, fail, notes

POLL_SECONDS = 0.5
AWAY_SECONDS = 60.0
"""The API may be away for so long, as it is while it is updated, before the wait is given up."""
COMPLETED = "Completed"
FINAL_STATES = (COMPLETED, "Failed", "Cancelled")


def wait_for(api: ApiClient, assessment_id: str, timeout_seconds: float | None) -> Document:
    """Return the assessment once its run is Completed; any other end ends the command."""
    return _completed(wait_for_end(api, assessment_id, timeout_seconds))


def wait_for_end(api: ApiClient, assessment_id: str, timeout_seconds: float | None) -> Document:
    """Return the assessment once its run has ended, however it did."""
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task("Created", total=100)
        while True:
            assessment = _read(api, assessment_id)
            progress = assessment["progress"] or {"step": assessment["state"], "percent": 0}
            bar.update(task, description=progress["step"], completed=progress["percent"])
            if assessment["state"] in FINAL_STATES:
                return assessment
            if deadline is not None and time.monotonic() > deadline:
                fail(FAILED, f"the assessment is {assessment['state']} after {timeout_seconds:g} seconds")
            time.sleep(POLL_SECONDS)


def _read(api: ApiClient, assessment_id: str) -> Document:
    give_up_at = time.monotonic() + AWAY_SECONDS
    while True:
        try:
            document: Document = api.get_or_away(f"/assessments/{assessment_id}")
        except Away as error:
            if time.monotonic() > give_up_at:
                fail(UNREACHABLE, str(error))
            time.sleep(POLL_SECONDS)
        else:
            return document


def _completed(assessment: Document) -> Document:
    if assessment["state"] == COMPLETED:
        return assessment
    error = assessment["error"]
    why = f": {error['message']} ({error['code']})" if error else ""
    fail(FAILED, f"the assessment is {assessment['state']}{why}")
