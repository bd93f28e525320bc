"""`surveyor assessments runs` and `compare`: what earlier calculations said, and what moved since."""

from typing import Annotated, Any

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import ApiClient, Document
from surveyor_cli.api.listing import LimitOption
from surveyor_cli.api.naming import AssessmentArgument, assessment_id
from surveyor_cli.exits import REFUSED, fail
from surveyor_cli.output import AsJson, money, print_fields, print_json, print_table

RunOption = Annotated[int | None, typer.Option(min=1, help="Number of a run, as `runs` lists them.")]


def runs(
    context: typer.Context, assessment: AssessmentArgument, limit: LimitOption = 50, as_json: AsJson = False
) -> None:
    """List an assessment's runs with what came out of them, newest first."""
    api = api_of(context)
    found = list(api.items(f"/assessments/{assessment_id(api, assessment)}/runs", None, limit))
    if as_json:
        print_json(found)
        return
    columns = ["run", "state", "requested", "by", "machines", "compute / month", "storage / month"]
    print_table([*columns, "confidence %", "id"], [_run_row(run) for run in found])


def compare(
    context: typer.Context,
    assessment: AssessmentArgument,
    before: RunOption = None,
    after: RunOption = None,
    limit: LimitOption = 50,
    as_json: AsJson = False,
) -> None:
    """List the machines on which two runs differ; without numbers, the latest run and the one before."""
    api = api_of(context)
    path = f"/assessments/{assessment_id(api, assessment)}"
    asked = {"before": _run_id(api, path, before), "after": _run_id(api, path, after)}
    comparison = api.get(f"{path}/comparison", asked | {"limit": 1})
    machines = list(api.items(f"{path}/comparison", asked, limit))
    if as_json:
        print_json(comparison | {"items": machines, "next_cursor": None})
        return
    print_fields(_head(comparison))
    currency = comparison["after"]["figures"]["currency"]
    columns = ["machine", "differs in", "size before", "size after", f"difference / month {currency}"]
    print_table(columns, [_difference_row(machine) for machine in machines])


def _run_id(api: ApiClient, path: str, number: int | None) -> str | None:
    if number is None:
        return None
    for run in api.items(f"{path}/runs"):
        if run["number"] == number:
            return str(run["run_id"])
    fail(REFUSED, f"there is no run {number}")


def _run_row(run: Document) -> list[Any]:
    figures = run["figures"] or {}
    currency = figures.get("currency", "")
    return [
        run["number"],
        run["state"],
        run["requested_at"],
        run["requested_by"],
        run["machine_count"],
        money(figures.get("monthly_compute_cost"), currency),
        money(figures.get("monthly_storage_cost"), currency),
        figures.get("confidence_percent"),
        run["run_id"],
    ]


def _head(comparison: Document) -> dict[str, Any]:
    runs_of = {side: comparison[side] for side in ("before", "after")}
    costs = {
        f"compute / month, run {run['number']}": money(
            run["figures"]["monthly_compute_cost"], run["figures"]["currency"]
        )
        for run in runs_of.values()
    }
    return costs | {f"machines: {name}": count for name, count in comparison["counts"].items()}


def _difference_row(machine: Document) -> list[Any]:
    before, after = machine["before"] or {}, machine["after"] or {}
    return [
        machine["name"],
        ", ".join(machine["differences"]),
        before.get("recommended_size"),
        after.get("recommended_size"),
        money(machine["monthly_cost_difference"]),
    ]
