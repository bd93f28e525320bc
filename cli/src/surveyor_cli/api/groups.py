"""`surveyor groups`."""

from typing import Annotated

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import ApiClient, Document
from surveyor_cli.api.listing import LimitOption
from surveyor_cli.api.naming import group_id, machine_id
from surveyor_cli.exits import USAGE, fail
from surveyor_cli.output import AsJson, print_fields, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Groups of machines.")

IDS_PER_REQUEST = 5_000

GroupArgument = Annotated[str, typer.Argument(help="Name or id of the group.")]
MachinesArgument = Annotated[list[str] | None, typer.Argument(help="Machines, by id or unique name.")]
QueryOption = Annotated[
    str | None, typer.Option("--query", "-q", help="All machines with this in their name.")
]
AllOption = Annotated[bool, typer.Option("--all", help="All machines.")]


@app.command("list")
def list_groups(context: typer.Context, limit: LimitOption = 100, as_json: AsJson = False) -> None:
    """List groups by name."""
    groups = list(api_of(context).items("/groups", None, limit))
    if as_json:
        print_json(groups)
        return
    print_table(
        ["name", "machines", "revision", "updated", "id"],
        [(g["name"], g["machine_count"], g["revision"], g["updated_at"], g["id"]) for g in groups],
    )


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Up to 260 characters, none of <>&:?/#.")],
    machines: MachinesArgument = None,
    query: QueryOption = None,
    everything: AllOption = False,
    description: Annotated[str | None, typer.Option(help="What the group is for.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a group, with machines or empty."""
    api = api_of(context)
    ids = _ids(api, machines, query, everything)
    first, rest = ids[:IDS_PER_REQUEST], ids[IDS_PER_REQUEST:]
    group = api.post("/groups", {"name": name, "description": description, "machine_ids": first})
    _print(_change(api, group, "add", rest), as_json)


@app.command()
def show(
    context: typer.Context, group: GroupArgument, limit: LimitOption = 100, as_json: AsJson = False
) -> None:
    """Show a group and its machines."""
    api = api_of(context)
    document = api.get(f"/groups/{group_id(api, group)}")
    members = list(api.items(f"/groups/{document['id']}/members", None, limit))
    if as_json:
        print_json(document | {"members": members})
        return
    print_fields(document)
    print_table(["machine", "power", "removed", "id"], [_member_row(member) for member in members])


@app.command()
def add(
    context: typer.Context,
    group: GroupArgument,
    machines: MachinesArgument = None,
    query: QueryOption = None,
    everything: AllOption = False,
    as_json: AsJson = False,
) -> None:
    """Add machines to a group."""
    api = api_of(context)
    document = api.get(f"/groups/{group_id(api, group)}")
    _print(_change(api, document, "add", _ids_needed(api, machines, query, everything)), as_json)


@app.command()
def remove(
    context: typer.Context,
    group: GroupArgument,
    machines: MachinesArgument = None,
    query: QueryOption = None,
    as_json: AsJson = False,
) -> None:
    """Remove machines from a group."""
    api = api_of(context)
    document = api.get(f"/groups/{group_id(api, group)}")
    _print(_change(api, document, "remove", _ids_needed(api, machines, query, False)), as_json)


@app.command()
def delete(context: typer.Context, group: GroupArgument) -> None:
    """Delete a group; its assessments stay readable."""
    api = api_of(context)
    api.delete(f"/groups/{group_id(api, group)}")


def _ids(api: ApiClient, machines: list[str] | None, query: str | None, everything: bool) -> list[str]:
    ids = [machine_id(api, machine) for machine in machines or []]
    if query or everything:
        found = api.items("/machines", {"q": query})
        ids += [machine["machine_id"] for machine in found]
    return list(dict.fromkeys(ids))


def _ids_needed(api: ApiClient, machines: list[str] | None, query: str | None, everything: bool) -> list[str]:
    ids = _ids(api, machines, query, everything)
    if not ids:
        fail(USAGE, "no machines: name some, or use --query")
    return ids


def _change(api: ApiClient, group: Document, operation: str, ids: list[str]) -> Document:
    for start in range(0, len(ids), IDS_PER_REQUEST):
        body = {"operation": operation, "machine_ids": ids[start : start + IDS_PER_REQUEST]}
        group = api.post(f"/groups/{group['id']}/members", body)
    return group


def _member_row(member: Document) -> list[str | None]:
    machine = member["machine"] or {}
    return [machine.get("name"), machine.get("power_state"), machine.get("removed_at"), member["machine_id"]]


def _print(group: Document, as_json: bool) -> None:
    if as_json:
        print_json(group)
    else:
        print_fields(group)
