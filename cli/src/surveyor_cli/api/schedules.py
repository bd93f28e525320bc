"""`surveyor assessments schedule`."""

from typing import Annotated, Any

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import Document
from surveyor_cli.api.naming import AssessmentArgument, assessment_id
from surveyor_cli.output import AsJson, print_fields, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="When assessments are calculated again.")


@app.command("list")
def list_schedules(context: typer.Context, as_json: AsJson = False) -> None:
    """List every schedule, the one that fires next first."""
    schedules = api_of(context).get("/schedules")
    if as_json:
        print_json(schedules)
        return
    columns = ["assessment", "cron", "next run", "last due", "outcome", "made by"]
    print_table(columns, [_row(schedule) for schedule in schedules])


@app.command()
def show(context: typer.Context, assessment: AssessmentArgument, as_json: AsJson = False) -> None:
    """Show an assessment's schedule."""
    api = api_of(context)
    _print(api.get(f"/assessments/{assessment_id(api, assessment)}/schedule"), as_json)


@app.command("set")
def set_schedule(
    context: typer.Context,
    assessment: AssessmentArgument,
    cron: Annotated[
        str,
        typer.Argument(
            help="Minute, hour, day of month, month, day of week, in UTC, quoted:"
            " '30 5 * * MON' is Mondays at 05:30, '0 2 * * *' every night at 2,"
            " '0 6 1 * *' the first of each month at 6."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Calculate an assessment again at the times of a cron expression, each time as a new run."""
    api = api_of(context)
    _print(api.put(f"/assessments/{assessment_id(api, assessment)}/schedule", {"cron": cron}), as_json)


@app.command()
def remove(context: typer.Context, assessment: AssessmentArgument) -> None:
    """Calculate an assessment only when asked."""
    api = api_of(context)
    api.delete(f"/assessments/{assessment_id(api, assessment)}/schedule")


def _row(schedule: Document) -> list[Any]:
    fields = ["assessment_name", "cron", "next_run_at", "last_due_at", "last_outcome", "created_by"]
    return [schedule[field] for field in fields]


def _print(schedule: Document, as_json: bool) -> None:
    if as_json:
        print_json(schedule)
    else:
        print_fields(schedule)
