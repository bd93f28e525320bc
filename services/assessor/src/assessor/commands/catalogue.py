"""`assessor catalogue …`: build, show."""

from pathlib import Path
from typing import Annotated

import typer

from assessor.catalogue.build import build_document
from assessor.catalogue.snapshot import decode, encode
from assessor.catalogue.tables import CatalogueRefused
from assessor.commands.ending import fail
from assessor.commands.snapshots import CatalogueFile, read_catalogue

app = typer.Typer(no_args_is_help=True, help="Build and inspect catalogue snapshots.")


@app.command("build")
def build_command(
    directory: Annotated[Path, typer.Argument(help="Directory of the CSV tables.")],
    output: Annotated[Path, typer.Option("--output", help="Snapshot file to write.")],
) -> None:
    """Build a snapshot from CSV tables. The same tables give the same bytes."""
    try:
        snapshot = encode(build_document(directory))
        decode(snapshot)
        output.write_bytes(snapshot)
    except CatalogueRefused as error:
        fail(str(error))
    except OSError as error:
        fail(f"{output}: {error.strerror}; choose a writable place")
    typer.echo(f"{output}: {len(snapshot)} bytes")


@app.command("show")
def show_command(catalogue_file: CatalogueFile = None) -> None:
    """Print a snapshot's hash, dates, counts and sources."""
    try:
        catalogue = read_catalogue(catalogue_file)
    except CatalogueRefused as error:
        fail(str(error))
    typer.echo(f"content hash  {catalogue.content_hash}")
    typer.echo(f"prices        {catalogue.oldest_price} to {catalogue.newest_price}")
    typer.echo(f"sizes         {len(catalogue.sizes)}")
    typer.echo(f"regions       {len(catalogue.regions)}")
    for source in catalogue.sources:
        typer.echo(f"source        {source.label}: {source.origin} (licence: {source.licence})")
