"""`assessor evaluate`: assess the machines of a file, without any server."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from assessor.catalogue.tables import CatalogueRefused
from assessor.commands.ending import fail
from assessor.commands.snapshots import CatalogueFile, read_catalogue
from assessor.domain.catalogue import Catalogue
from assessor.domain.check_settings import SettingsRefused
from assessor.domain.owner_rules import OwnerRules
from assessor.evaluation.evaluate import evaluate, evaluate_import
from assessor.evaluation.files import FileRefused, read_model
from assessor.evaluation.import_file import is_import_file, read_import_file
from assessor.evaluation.input_file import GivenMachines
from assessor.rules_file import RulesRefused, read_rules
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings


def evaluate_command(
    input_file: Annotated[
        Path,
        typer.Option(
            "--input",
            help="Machines: a JSON file, an RVTools workbook (.xlsx) or Azure Migrate's CSV template.",
        ),
    ],
    settings_file: Annotated[Path, typer.Option("--settings", help="JSON file of assessment settings.")],
    catalogue_file: CatalogueFile = None,
    rules_file: Annotated[
        Path | None, typer.Option("--rules", help="YAML file of rules of your own.")
    ] = None,
) -> None:
    """Assess the machines of a file and print the result as JSON. Needs no server."""
    try:
        settings = read_model(settings_file, AssessmentSettings)
        rules = None if rules_file is None else read_rules(rules_file)
        document = _evaluate(input_file, settings, read_catalogue(catalogue_file), rules)
    except SettingsRefused as error:
        fail(f"{settings_file}: {error}")
    except (FileRefused, CatalogueRefused, RulesRefused) as error:
        fail(str(error))
    print_json(document)


def _evaluate(
    input_file: Path, settings: AssessmentSettings, catalogue: Catalogue, rules: OwnerRules | None
) -> dict[str, Any]:
    if is_import_file(input_file):
        return evaluate_import(read_import_file(input_file), settings, catalogue, rules)
    return evaluate(read_model(input_file, GivenMachines), settings, catalogue, rules)


def print_json(document: Any) -> None:
    """Write a document to standard output; end the command where that cannot be written."""
    try:
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # The reader has seen enough; the command line framework ends quietly.
    except OSError as error:
        fail(f"standard output: {error.strerror}; write to another place")
