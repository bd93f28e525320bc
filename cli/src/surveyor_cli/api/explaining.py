"""`surveyor assessments explain` and `backtest`: one machine's result."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import Document
from surveyor_cli.api.naming import AssessmentArgument, assessed_machine_id, assessment_id
from surveyor_cli.api.savings import print_alternatives
from surveyor_cli.output import AsJson, money, print_fields, print_json, print_table

AssessedMachineArgument = Annotated[
    str, typer.Argument(help="Id, or name if only one machine of the assessment has it.")
]


class Resolution(StrEnum):
    """Which points a back-test counts."""

    RAW = "raw"
    TEN_MINUTES = "10m"


def explain(
    context: typer.Context,
    assessment: AssessmentArgument,
    machine: AssessedMachineArgument,
    as_json: AsJson = False,
) -> None:
    """Show why a machine has its size: needs and limits, neighbours, and what else would do."""
    api = api_of(context)
    named = assessment_id(api, assessment)
    result = api.get(f"/assessments/{named}/machines/{assessed_machine_id(api, named, machine)}")
    if as_json:
        print_json(result)
        return
    print_fields(_head(result))
    if result["explanation"] is not None:
        _print_explanation(result["explanation"])
    if result["alternatives"] is not None:
        _print_alternatives(result["alternatives"])


def backtest(
    context: typer.Context,
    assessment: AssessmentArgument,
    machine: AssessedMachineArgument,
    resolution: Annotated[
        Resolution, typer.Option(help="raw counts every sample now; 10m is what the result holds.")
    ] = Resolution.RAW,
    from_: Annotated[
        str | None, typer.Option("--from", help="For raw: RFC 3339; the run's window if absent.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="For raw: RFC 3339, not included.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count how often measured use would have exceeded the recommended size's limits."""
    api = api_of(context)
    named = assessment_id(api, assessment)
    path = f"/assessments/{named}/machines/{assessed_machine_id(api, named, machine)}/backtest"
    found = api.get(path, {"resolution": resolution, "from": from_, "until": until})
    if as_json:
        print_json(found)
        return
    print_fields({name: value for name, value in found.items() if name != "checks"})
    columns = ["limit of", "disk", "limit", "points measured", "above", "% above", "longest seconds"]
    print_table(columns, [_check_row(check) for check in found["checks"]])


def _head(result: Document) -> dict[str, Any]:
    found = result["rightsizing"]
    return {
        "machine": result["display_name"],
        "readiness": result["suitability"],
        "issues": ", ".join(issue["code"] for issue in result["issues"]),
        "data issues": ", ".join(result["data_issues"]),
        "recommended size": result["recommended_size"],
        "compute / month": money(result["monthly_compute_cost"]),
        "storage / month": money(result["monthly_storage_cost"]),
        "security / month": money(result["monthly_security_cost"]),
        "operating system support": result["operating_system_support"],
        "support ends on": result["operating_system_support_ends_on"],
        "right-sizing": f"{found['finding']}: {found['reason']}" if found else None,
        **_retirement(result["recommended_size_retires"]),
    }


def _retirement(retires: str | None) -> dict[str, str]:
    """What to know of a size that Azure ends; nothing of any other."""
    if retires is None:
        return {}
    return {"size retires": f"{retires}: move to another series before that; what fits stands below"}


def _print_explanation(why: Document) -> None:
    decides = why["binding_dimension"]
    rows = [[use["name"], use["need"], use["limit"], use["name"] == decides] for use in why["dimensions"]]
    print_table(["dimension", "need", "limit", "decides"], rows)
    neighbours = [("smaller", why["next_smaller"]), ("larger", why["next_larger"])]
    rows = [[which, *_neighbour_row(size)] for which, size in neighbours if size is not None]
    print_table(["neighbour", "size", "cores", "memory GiB", "compute / month", "why not"], rows)


def _neighbour_row(size: Document) -> list[Any]:
    cost = money(size["monthly_compute_cost"])
    return [size["name"], size["cores"], size["memory_gib"], cost, size["reason"]]


def _print_alternatives(other: Document) -> None:
    fields = ["series", "name", "cores", "memory_gib"]
    rows = [
        [*(size[field] for field in fields), money(size["monthly_compute_cost"])] for size in other["sizes"]
    ]
    print_table(["series", "cheapest size", "cores", "memory GiB", "compute / month"], rows)
    print_alternatives(other)
    storage = other["zone_redundant_storage"]
    if storage is not None:
        amount = money(storage["monthly_storage_cost"])
        print_fields({"zone-redundant storage / month": amount or f"not known: {storage['issue']}"})


def _check_row(check: Document) -> list[Any]:
    fields = ["name", "disk_id", "limit", "points_measured", "points_above", "percent_above"]
    return [*(check[field] for field in fields), check["longest_above_seconds"]]
