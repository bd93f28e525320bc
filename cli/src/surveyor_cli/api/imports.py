"""`surveyor import` and `surveyor imports`: machines from RVTools and CSV files."""

import time
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import ApiClient, Document
from surveyor_cli.api.listing import LimitOption
from surveyor_cli.exits import FAILED, USAGE, fail, notes
from surveyor_cli.output import AsJson, print_fields, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Files of machines that were imported.")

POLL_SECONDS = 0.3
SHOWN_FINDINGS = 20
REPORTS = (".csv", ".xlsx")
ROW_WORDS = {"accepted": "accepted", "warning": "with warnings", "error": "left out", "skipped": "skipped"}
MACHINE_WORDS = {"new": "new", "changed": "changed", "unchanged": "unchanged"}


class Kind(StrEnum):
    """What a file is."""

    RVTOOLS = "rvtools"
    CSV = "azure-migrate-csv"


ImportArgument = Annotated[str, typer.Argument(help="The import's id.", metavar="ID")]
ReportOption = Annotated[
    Path | None,
    typer.Option(help="Write what became of each row to this .csv or .xlsx file.", metavar="FILE"),
]


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="RVTools workbook, or CSV file.", exists=True, dir_okay=False)],
    kind: Annotated[Kind | None, typer.Option(help="Refuse the file if it is another.")] = None,
    source: Annotated[
        str, typer.Option(help="The estate that it describes: names and UUIDs are unique in it.")
    ] = "default",
    report: ReportOption = None,
    as_json: AsJson = False,
) -> None:
    """Import the machines of a file. Importing it again updates them; exit code 1 if rows were left out."""
    _check_report(report)
    api = api_of(context)
    with _progress() as bar:
        task = bar.add_task("Reading the file", total=None)
        fields = {"source": source} | ({"format": kind.value} if kind else {})
        found = api.upload("/imports", file, fields)
        while found["state"] == "Publishing":
            progress = found["progress"]
            bar.update(task, description="Publishing", completed=progress["done"], total=progress["total"])
            time.sleep(POLL_SECONDS)
            found = api.get(f"/imports/{found['id']}")
    if report is not None:
        _write_report(api, found["id"], report)
    _print(api, found, as_json)
    if found["rows"]["error"]:
        fail(FAILED, f"{found['rows']['error']} rows were left out; `surveyor imports report` tells why")


@app.command("list")
def list_imports(context: typer.Context, limit: LimitOption = 50, as_json: AsJson = False) -> None:
    """List imports, newest first."""
    found = list(api_of(context).items("/imports", None, limit))
    if as_json:
        print_json(found)
        return
    columns = ["file", "source", "state", "accepted", "warnings", "left out", "imported at", "id"]
    print_table(columns, [_row(each) for each in found])


@app.command()
def show(context: typer.Context, import_id: ImportArgument, as_json: AsJson = False) -> None:
    """Show an import and what was wrong in its file."""
    api = api_of(context)
    _print(api, api.get(f"/imports/{import_id}"), as_json)


@app.command()
def report(
    context: typer.Context,
    import_id: ImportArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="A .csv or .xlsx file.")] = Path(
        "import-report.csv"
    ),
) -> None:
    """Write what became of each row to a file."""
    _check_report(output)
    _write_report(api_of(context), import_id, output)
    typer.echo(output)


@app.command()
def remove(context: typer.Context, import_id: ImportArgument) -> None:
    """Remove the machines that no later import describes. The report stays."""
    api_of(context).delete(f"/imports/{import_id}")


def _check_report(file: Path | None) -> None:
    if file is not None and file.suffix.lower() not in REPORTS:
        fail(USAGE, f"{file}: the name of a report must end in {' or '.join(REPORTS)}")


def _write_report(api: ApiClient, import_id: str, file: Path) -> None:
    api.download(f"/imports/{import_id}/report{file.suffix.lower()}", file)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal)


def _print(api: ApiClient, found: Document, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    shown = {name: found[name] for name in ("id", "file_name", "format", "source_id", "state")}
    shown["rows"] = _counts(found["rows"], ROW_WORDS)
    shown["machines"] = _counts(found["machines"], MACHINE_WORDS)
    if found["notes"]:
        shown["notes"] = " ".join(found["notes"])
    print_fields(shown)
    _print_findings(api, found)


def _counts(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    return ", ".join(f"{counts[name]} {word}" for name, word in words.items())


def _print_findings(api: ApiClient, found: Document) -> None:
    """Print the first findings, errors before warnings."""
    lines: list[list[Any]] = []
    for outcome in ("error", "warning"):
        left = SHOWN_FINDINGS - len(lines)
        if left > 0 and found["rows"][outcome]:
            rows = api.items(f"/imports/{found['id']}/rows", {"outcome": outcome}, left)
            lines += [_finding(row, one) for row in rows for one in row["findings"]]
    if lines:
        print_table(["", "sheet", "row", "machine", "column", "reason", "fix"], lines[:SHOWN_FINDINGS])
    if found["rows"]["error"] + found["rows"]["warning"] > SHOWN_FINDINGS:
        notes.print(f"More: surveyor imports report {found['id']}", markup=False, soft_wrap=True)


def _finding(row: Document, one: Document) -> list[Any]:
    place = [one["sheet"], one["row"], row["name"]]
    return [one["severity"], *place, one["column"], one["message"], one["fix"]]


def _row(found: Document) -> list[Any]:
    rows = found["rows"]
    counts = [rows["accepted"], rows["warning"], rows["error"]]
    start = [found["file_name"], found["source"], found["state"]]
    return [*start, *counts, found["created_at"], found["id"]]
