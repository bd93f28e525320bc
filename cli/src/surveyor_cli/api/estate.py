"""`surveyor summary`, `surveyor collectors`, `surveyor changes`: the installation as a whole."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from surveyor_cli.api.calling import api_of
from surveyor_cli.api.client import Document
from surveyor_cli.api.listing import LimitOption, print_changes
from surveyor_cli.output import AsJson, gib, print_fields, print_json, print_table


def summary(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the estate in a few numbers."""
    document = api_of(context).get("/summary")
    if as_json:
        print_json(document)
        return
    plain = {name: value for name, value in document.items() if name not in ("coverage", "disk_bytes")}
    shown = {name: _counts(value) if isinstance(value, dict) else value for name, value in plain.items()}
    print_fields(shown | {"disk GiB": gib(document["disk_bytes"])})
    rows = [[each["metric"], each["percent"]] for each in document["coverage"]]
    print_table(["metric", "% measured in 24 hours"], rows)


def collectors(context: typer.Context, as_json: AsJson = False) -> None:
    """List collectors and how their sources are."""
    found = api_of(context).get("/collectors")
    if as_json:
        print_json(found)
        return
    rows = [_source_row(collector, source) for collector in found for source in collector["sources"]]
    columns = ["collector", "source", "state", "machines", "on", "newest sample", "last error"]
    print_table(columns, rows)


def changes(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Such as disk-added, resized or power.")] = None,
    source_id: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    since: Annotated[str | None, typer.Option(help="RFC 3339: only those recorded since.")] = None,
    limit: LimitOption = 50,
    as_json: AsJson = False,
) -> None:
    """List changes of all machines, newest first."""
    filters = {"kind": kind, "source_id": source_id, "since": since}
    print_changes(list(api_of(context).items("/changes", filters, limit)), as_json)


def _source_row(collector: Document, source: Document) -> list[Any]:
    return [
        collector["collector_id"],
        source["source_id"],
        _state(collector, source),
        source["machine_count"],
        source["powered_on_count"],
        source["newest_sample_at"],
        (source["last_error"] or {}).get("message"),
    ]


def _state(collector: Document, source: Document) -> str:
    if collector["is_stopped"]:
        return "collector stopped"
    return "collector silent" if collector["is_stale"] else str(source["state"])


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
