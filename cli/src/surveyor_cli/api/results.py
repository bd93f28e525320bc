"""`surveyor assessments show` and `machines`: what a Completed assessment says."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import Document
from surveyor_cli.api.listing import LimitOption
from surveyor_cli.api.naming import AssessmentArgument, assessment_id
from surveyor_cli.api.savings import print_totals
from surveyor_cli.exits import REFUSED, fail
from surveyor_cli.output import AsJson, money, print_fields, print_json, print_table


class Finding(StrEnum):
    """What machines can be found to be."""

    IDLE = "Idle"
    OVERSIZED = "Oversized"


def show(context: typer.Context, assessment: AssessmentArgument, as_json: AsJson = False) -> None:
    """Show a Completed assessment's totals: savings options side by side, right-sizing, back-test, notes."""
    api = api_of(context)
    document = api.get(f"/assessments/{assessment_id(api, assessment)}")
    summary = document["summary"]
    if as_json:
        print_json(document)
        return
    if summary is None:
        fail(REFUSED, f"the assessment is {document['state']}; it has no totals")
    print_fields(_head(document, summary))
    print_totals(document)
    _print_right_sizing(summary)
    _print_backtest(summary)
    print_table(
        ["note", "what it means", "machines"],
        [[note["code"], note["text"], note["machine_count"]] for note in summary["notes"]],
    )


def machines(
    context: typer.Context,
    assessment: AssessmentArgument,
    suitability: Annotated[str | None, typer.Option(help="Such as Suitable or NotSuitable.")] = None,
    rightsizing: Annotated[
        Finding | None, typer.Option(help="Only machines found so, with why and what it saves.")
    ] = None,
    limit: LimitOption = 1000,
    as_json: AsJson = False,
) -> None:
    """List an assessment's machines with their sizes and costs."""
    api = api_of(context)
    path = f"/assessments/{assessment_id(api, assessment)}/machines"
    filters = {"suitability": suitability, "rightsizing": rightsizing}
    results = list(api.items(path, filters, limit))
    if as_json:
        print_json(results)
    elif rightsizing is not None:
        columns = ["machine", "finding", "size", "size for all it has", "saves / month", "why"]
        print_table(columns, [_right_sizing_row(result) for result in results])
    else:
        columns = ["machine", "readiness", "size", "compute / month", "storage / month"]
        print_table([*columns, "confidence %", "issues"], [_row(result) for result in results])


def _head(document: Document, summary: Document) -> dict[str, Any]:
    currency = summary["currency"]
    fields = ("id", "name", "group_name", "state", "machine_count", "is_out_of_sync", "is_outdated")
    return {
        **{field: document[field] for field in fields},
        **summary["suitability_counts"],
        "compute / month": money(summary["monthly_compute_cost"], currency),
        "storage / month": money(summary["monthly_storage_cost"], currency),
        "security / month": money(summary["monthly_security_cost"], currency),
        "confidence %": summary["confidence_percent"],
        "prices as of": summary["prices_at"],
    }


def _print_right_sizing(summary: Document) -> None:
    columns = ["finding", "machines", f"saves / month {summary['currency']}", "without price"]
    rows = [
        [
            total["finding"],
            total["machine_count"],
            money(total["monthly_savings"]),
            total["machines_without_savings"],
        ]
        for total in summary["rightsizing"]
    ]
    print_table(columns, rows)


def _print_backtest(summary: Document) -> None:
    columns = ["limit", "machines tested", "ever above", "points measured", "above", "longest seconds"]
    fields = ["name", "machines_tested", "machines_above", "points_measured", "points_above"]
    rows = [[total[field] for field in [*fields, "longest_above_seconds"]] for total in summary["backtest"]]
    print_table(columns, rows)


def _row(result: Document) -> list[Any]:
    return [
        result["display_name"],
        result["suitability"],
        result["recommended_size"],
        money(result["monthly_compute_cost"]),
        money(result["monthly_storage_cost"]),
        result["confidence_percent"],
        ", ".join(issue["code"] for issue in result["issues"]) or None,
    ]


def _right_sizing_row(result: Document) -> list[Any]:
    found = result["rightsizing"]
    return [
        result["display_name"],
        found["finding"],
        result["recommended_size"],
        found["size_as_allocated"],
        money(found["monthly_savings"]),
        found["reason"],
    ]
