"""`surveyor machines`."""

from typing import Annotated, Any

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import Document
from surveyor_cli.api.listing import LimitOption, print_changes
from surveyor_cli.api.naming import machine_id
from surveyor_cli.output import AsJson, gib, print_fields, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Discovered machines, their performance and changes.")

MachineArgument = Annotated[str, typer.Argument(help="Id, or name if only one machine has it.")]


@app.command("list")
def list_machines(
    context: typer.Context,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Part of the name.")] = None,
    source_kind: Annotated[str | None, typer.Option(help="vmware, hyperv or import.")] = None,
    power_state: Annotated[str | None, typer.Option(help="on, off or suspended.")] = None,
    os_family: Annotated[str | None, typer.Option(help="windows, linux, other or unknown.")] = None,
    removed: Annotated[bool, typer.Option("--removed", help="Also those that are gone.")] = False,
    limit: LimitOption = 100,
    as_json: AsJson = False,
) -> None:
    """List machines by name."""
    filters = {
        "q": query,
        "source_kind": source_kind,
        "power_state": power_state,
        "os_family": os_family,
        "include_removed": "true" if removed else None,
    }
    machines = list(api_of(context).items("/machines", filters, limit))
    if as_json:
        print_json(machines)
        return
    columns = ["name", "source", "power", "os", "cores", "memory MiB", "disks", "GiB", "nics", "id"]
    print_table(columns, [_row(machine) for machine in machines])


@app.command()
def show(context: typer.Context, machine: MachineArgument, as_json: AsJson = False) -> None:
    """Show all that is known of a machine."""
    api = api_of(context)
    document = api.get(f"/machines/{machine_id(api, machine)}")
    if as_json:
        print_json(document)
        return
    plain = {name: value for name, value in document.items() if not isinstance(value, list | dict)}
    print_fields(plain | {"os": document["os"]["name"]})
    print_table(["disk", "GiB", "os disk", "kind"], [_disk_row(disk) for disk in document["disks"]])
    print_table(["nic", "mac", "network", "addresses"], [_nic_row(nic) for nic in document["nics"]])


@app.command()
def performance(
    context: typer.Context,
    machine: MachineArgument,
    metric: Annotated[list[str] | None, typer.Option(help="Such as cpu_percent; repeatable.")] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", help="RFC 3339, such as 2026-01-31T12:00:00Z; a day ago if absent."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="RFC 3339; now if absent.")] = None,
    resolution: Annotated[str, typer.Option(help="raw, 10m or auto.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Show a machine's performance: a line per series, or as JSON every point."""
    api = api_of(context)
    params = {"metric": metric, "from": from_, "until": until, "resolution": resolution}
    document = api.get(f"/machines/{machine_id(api, machine)}/performance", params)
    if as_json:
        print_json(document)
        return
    print_fields({name: document[name] for name in ("from", "until", "resolution")})
    columns = ["metric", "of", "unit", "points", "generated", "lowest", "highest", "latest", "latest at"]
    print_table(columns, [_series_row(series) for series in document["series"] if series["points"]])


@app.command()
def changes(
    context: typer.Context, machine: MachineArgument, limit: LimitOption = 50, as_json: AsJson = False
) -> None:
    """List a machine's changes, newest first."""
    api = api_of(context)
    print_changes(list(api.items(f"/machines/{machine_id(api, machine)}/changes", None, limit)), as_json)


def _row(machine: Document) -> list[Any]:
    fields = ["name", "source_id", "power_state", "os_name", "cores", "memory_mib", "disk_count"]
    row = [machine[field] for field in fields]
    return [*row, gib(machine["disk_bytes"]), machine["nic_count"], machine["machine_id"]]


def _disk_row(disk: Document) -> list[Any]:
    return [disk["name"], gib(disk["size_bytes"]), disk["is_os_disk"], disk["kind"]]


def _nic_row(nic: Document) -> list[Any]:
    return [nic["name"], nic["mac_address"], nic["network_name"], ", ".join(nic["ip_addresses"])]


def _series_row(series: Document) -> list[Any]:
    points = series["points"]
    return [
        series["metric"],
        series["device_name"] or series["instance"],
        series["unit"],
        len(points),
        sum(point["generated"] for point in points),
        float(min(point["min"] for point in points)),
        float(max(point["value"] for point in points)),
        float(points[-1]["value"]),
        points[-1]["at"],
    ]
