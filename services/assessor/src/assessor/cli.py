"""The assessor's commands: assess a file, look after the catalogue.

Exit codes: 0 done; 2 wrong usage or a file that cannot be used (one line per problem on stderr).
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from assessor.catalogue.build import build_document
from assessor.catalogue.packaged import packaged_catalogue
from assessor.catalogue.snapshot import decode, encode
from assessor.catalogue.tables import CatalogueRefused
from assessor.domain.catalogue import Catalogue
from assessor.domain.check_settings import SettingsRefused
from assessor.evaluation.evaluate import evaluate
from assessor.evaluation.files import FileRefused, read_model
from assessor.evaluation.input_file import GivenMachines
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

USAGE_ERROR = 2

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
catalogue_app = typer.Typer(no_args_is_help=True, help="Build and inspect catalogue snapshots.")
app.add_typer(catalogue_app, name="catalogue")

CatalogueFile = Annotated[
    Path | None, typer.Option("--catalogue", help="A snapshot to use instead of the packaged one.")
]


@app.command("evaluate")
def evaluate_command(
    input_file: Annotated[Path, typer.Option("--input", help="JSON file of machines.")],
    settings_file: Annotated[Path, typer.Option("--settings", help="JSON file of assessment settings.")],
    catalogue_file: CatalogueFile = None,
) -> None:
    """Assess the machines of a file and print the result as JSON. Needs no server."""
    try:
        settings = read_model(settings_file, AssessmentSettings)
        machines = read_model(input_file, GivenMachines)
        document = evaluate(machines, settings, _catalogue(catalogue_file))
    except SettingsRefused as error:
        _fail(f"{settings_file}: {error}")
    except (FileRefused, CatalogueRefused) as error:
        _fail(str(error))
    _print_json(document)


@catalogue_app.command("build")
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
        _fail(str(error))
    except OSError as error:
        _fail(f"{output}: {error.strerror}; choose a writable place")
    typer.echo(f"{output}: {len(snapshot)} bytes")


@catalogue_app.command("show")
def show_command(catalogue_file: CatalogueFile = None) -> None:
    """Print a snapshot's hash, dates, counts and sources."""
    try:
        catalogue = _catalogue(catalogue_file)
    except CatalogueRefused as error:
        _fail(str(error))
    typer.echo(f"content hash  {catalogue.content_hash}")
    typer.echo(f"prices        {catalogue.oldest_price} to {catalogue.newest_price}")
    typer.echo(f"sizes         {len(catalogue.sizes)}")
    typer.echo(f"regions       {len(catalogue.regions)}")
    for source in catalogue.sources:
        typer.echo(f"source        {source.label}: {source.origin} (licence: {source.licence})")


def _catalogue(path: Path | None) -> Catalogue:
    if path is None:
        return packaged_catalogue()
    try:
        return decode(path.read_bytes())
    except OSError as error:
        raise CatalogueRefused(f"{path}: {error.strerror}; give a snapshot file") from error
    except CatalogueRefused as error:
        raise CatalogueRefused(f"{path}: {error}; make one with 'assessor catalogue build'") from error


def _print_json(document: dict[str, Any]) -> None:
    try:
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # The reader has seen enough; the command line framework ends quietly.
    except OSError as error:
        _fail(f"standard output: {error.strerror}; write to another place")


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(USAGE_ERROR)
