"""`assessor catalogue …`: the commands that read and write snapshot files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from assessor.catalogue.build import build_document
from assessor.catalogue.diff import TableDiff, as_document, catalogue_diff, summary_by_prefix
from assessor.catalogue.files import write_whole
from assessor.catalogue.snapshot import decode, encode
from assessor.catalogue.tables import CatalogueRefused
from assessor.commands import published_catalogues, refresh
from assessor.commands.ending import fail
from assessor.commands.snapshots import AnyCatalogue, CatalogueFile, find_catalogue, read_catalogue

app = typer.Typer(no_args_is_help=True, help="Build, refresh, compare and publish catalogue snapshots.")
app.command("refresh")(refresh.refresh_command)
app.command("import")(published_catalogues.import_command)
app.command("export")(published_catalogues.export_command)
app.command("list")(published_catalogues.list_command)
app.command("activate")(published_catalogues.activate_command)


@app.command("build")
def build_command(
    directory: Annotated[Path, typer.Argument(help="Directory of the CSV tables.")],
    output: Annotated[Path, typer.Option("--output", help="Snapshot file to write.")],
) -> None:
    """Build a snapshot from CSV tables. The same tables give the same bytes."""
    try:
        snapshot = encode(build_document(directory))
        decode(snapshot)
        write_whole(output, snapshot)
    except CatalogueRefused as error:
        fail(str(error))
    except OSError as error:
        fail(f"{output}: {error.strerror}; choose a writable place")
    typer.echo(f"{output}: {len(snapshot)} bytes")


@app.command("show")
def show_command(
    catalogue_file: CatalogueFile = None,
    published: Annotated[
        str | None, typer.Option("--hash", help="A snapshot of the store, by the beginning of its hash.")
    ] = None,
) -> None:
    """Print a snapshot's hash, dates, counts and sources."""
    try:
        catalogue = find_catalogue(published) if published else read_catalogue(catalogue_file)
    except CatalogueRefused as error:
        fail(str(error))
    typer.echo(f"content hash  {catalogue.content_hash}")
    typer.echo(f"prices        {catalogue.oldest_price} to {catalogue.newest_price}")
    typer.echo(f"sizes         {len(catalogue.sizes)}")
    typer.echo(f"regions       {len(catalogue.regions)}")
    for source in catalogue.sources:
        typer.echo(f"source        {source.label}: {source.origin} (licence: {source.licence})")


@app.command("diff")
def diff_command(
    before: AnyCatalogue,
    after: AnyCatalogue,
    as_json: Annotated[bool, typer.Option("--json", help="Print all that differs, as JSON.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Names to print per table and kind.")] = 10,
) -> None:
    """Print what was added, removed and changed from one catalogue to another."""
    try:
        diffs = catalogue_diff(find_catalogue(before), find_catalogue(after))
    except CatalogueRefused as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(as_document(diffs), indent=2, ensure_ascii=False))
        return
    if all(diff.is_empty for diff in diffs):
        typer.echo("The catalogues hold the same.")
    for diff in diffs:
        _print_diff(diff, limit)


def _print_diff(diff: TableDiff, limit: int) -> None:
    if diff.is_empty:
        return
    typer.echo(
        f"{diff.table}: {len(diff.added)} added, {len(diff.removed)} removed, {len(diff.changed)} changed"
    )
    for kind, names in (
        ("+", diff.added),
        ("-", diff.removed),
        ("*", tuple(f"{change.name}: {change.before} -> {change.after}" for change in diff.changed)),
    ):
        for name in names[:limit]:
            typer.echo(f"  {kind} {name}")
        if len(names) > limit:
            typer.echo(f"  {kind} … {_rest(names, limit)}")


def _rest(names: tuple[str, ...], limit: int) -> str:
    """Sum up what is not printed by the first word of the names, the few most frequent ones by name."""
    counts = sorted(summary_by_prefix(names[limit:]).items(), key=lambda counted: -counted[1])
    named = ", ".join(f"{word.rstrip(':')} {count}" for word, count in counts[:5])
    return f"{len(names) - limit} more ({named}{', …' if len(counts) > 5 else ''})"
