"""`surveyor assessments`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from surveyor_cli.api import explaining, results, runs, schedules
from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import Document
from surveyor_cli.api.groups import GroupArgument
from surveyor_cli.api.listing import LimitOption
from surveyor_cli.api.naming import AssessmentArgument, assessment_id, group_id
from surveyor_cli.api.waiting import wait_for, wait_for_end
from surveyor_cli.exits import USAGE, fail
from surveyor_cli.output import AsJson, money, print_fields, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Assessments of groups.")
app.add_typer(schedules.app, name="schedule")
for command in (
    results.show,
    results.machines,
    explaining.explain,
    explaining.backtest,
    runs.runs,
    runs.compare,
):
    app.command()(command)

WaitOption = Annotated[bool, typer.Option("--wait", help="Wait until it is Completed.")]
TimeoutOption = Annotated[float | None, typer.Option(help="Seconds to wait at most.")]


@app.command("list")
def list_assessments(context: typer.Context, limit: LimitOption = 50, as_json: AsJson = False) -> None:
    """List assessments, newest first."""
    assessments = list(api_of(context).items("/assessments", None, limit))
    if as_json:
        print_json(assessments)
        return
    print_table(
        ["name", "group", "state", "machines", "out of sync", "outdated", "compute / month", "id"],
        [_row(assessment) for assessment in assessments],
    )


@app.command()
def create(
    context: typer.Context,
    group: GroupArgument,
    name: Annotated[str, typer.Argument(help="The assessment's name.")],
    location: Annotated[str | None, typer.Option(help="Azure region, such as westeurope.")] = None,
    settings: Annotated[
        Path | None, typer.Option(help="JSON file of settings.", exists=True, dir_okay=False)
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One setting, name=value; repeat for more.")
    ] = None,
    wait: WaitOption = False,
    timeout: TimeoutOption = None,
    as_json: AsJson = False,
) -> None:
    """Ask for an assessment of a group."""
    api = api_of(context)
    body = {"name": name, "settings": _settings(location, settings, set_ or [])}
    assessment = api.post(f"/groups/{group_id(api, group)}/assessments", body)
    _print(wait_for(api, assessment["id"], timeout) if wait else assessment, as_json)


@app.command()
def status(context: typer.Context, assessment: AssessmentArgument, as_json: AsJson = False) -> None:
    """Show an assessment: its state, and its totals once Completed."""
    api = api_of(context)
    _print(api.get(f"/assessments/{assessment_id(api, assessment)}"), as_json)


@app.command()
def wait(
    context: typer.Context,
    assessment: AssessmentArgument,
    timeout: TimeoutOption = None,
    as_json: AsJson = False,
) -> None:
    """Wait until an assessment is Completed; exit code 1 if it fails."""
    api = api_of(context)
    _print(wait_for(api, assessment_id(api, assessment), timeout), as_json)


@app.command()
def recalculate(
    context: typer.Context,
    assessment: AssessmentArgument,
    wait: WaitOption = False,
    timeout: TimeoutOption = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a new run on the group and the prices as they are now."""
    api = api_of(context)
    document = api.post(f"/assessments/{assessment_id(api, assessment)}/recalculate")
    _print(wait_for(api, document["id"], timeout) if wait else document, as_json)


@app.command()
def cancel(
    context: typer.Context,
    assessment: AssessmentArgument,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the run has ended.")] = False,
    timeout: TimeoutOption = None,
    as_json: AsJson = False,
) -> None:
    """Stop the run that waits or is under way; what it has calculated is dropped."""
    api = api_of(context)
    document = api.post(f"/assessments/{assessment_id(api, assessment)}/cancel")
    _print(wait_for_end(api, document["id"], timeout) if wait else document, as_json)


@app.command()
def export(
    context: typer.Context,
    assessment: AssessmentArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path(
        "assessment.xlsx"
    ),
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="Add sheets behind Azure Migrate's layout: savings options, alternatives, right-sizing,"
            " back-test, notes.",
        ),
    ] = False,
) -> None:
    """Write an assessment's results to an Excel file."""
    api = api_of(context)
    params = {"details": "true"} if details else None
    api.download(f"/assessments/{assessment_id(api, assessment)}/export.xlsx", output, params)
    typer.echo(output)


def _settings(location: str | None, file: Path | None, pairs: list[str]) -> Document:
    settings = _read_settings(file) if file else {}
    if location is not None:
        settings["azure_location"] = location
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            fail(USAGE, f"--set {pair}: must be name=value")
        settings[name.strip()] = _value(value)
    return settings


def _read_settings(file: Path) -> Document:
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(USAGE, f"--settings {file}: cannot be read as JSON: {error}")
    if not isinstance(settings, dict):
        fail(USAGE, f"--settings {file}: must hold an object")
    return settings


def _value(text: str) -> Any:
    """A value as JSON where it is JSON (numbers, lists), else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _row(assessment: Document) -> list[Any]:
    summary = assessment["summary"] or {}
    cost = money(summary.get("monthly_compute_cost"), summary.get("currency", ""))
    fields = ["name", "group_name", "state", "machine_count", "is_out_of_sync", "is_outdated"]
    return [*(assessment[field] for field in fields), cost, assessment["id"]]


def _print(assessment: Document, as_json: bool) -> None:
    if as_json:
        print_json(assessment)
        return
    fields = ("id", "name", "group_name", "state", "machine_count", "is_out_of_sync", "is_outdated")
    shown = {field: assessment[field] for field in fields}
    print_fields(shown | _outcome(assessment))


def _outcome(assessment: Document) -> dict[str, Any]:
    if assessment["error"]:
        return {"error": f"{assessment['error']['code']}: {assessment['error']['message']}"}
    if assessment["cancel_requested_at"] and not assessment["finished_at"]:
        return {"cancel requested at": assessment["cancel_requested_at"]}
    if assessment["progress"]:
        return {"progress": f"{assessment['progress']['percent']:.0f} %"}
    summary = assessment["summary"]
    if summary is None:
        return {}
    currency = summary["currency"]
    return {
        **summary["suitability_counts"],
        "compute / month": money(summary["monthly_compute_cost"], currency),
        "storage / month": money(summary["monthly_storage_cost"], currency),
        "confidence %": summary["confidence_percent"],
        "prices as of": summary["prices_at"],
    }
