"""Assess the machines of a file."""

from collections.abc import Iterable
from typing import Any

from assessor.domain.assess import Assessment
from assessor.domain.catalogue import Catalogue
from assessor.domain.confidence import assessment_coverage
from assessor.domain.cost import decimal_text
from assessor.domain.machine import Machine
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.rules import RULES_VERSION
from assessor.evaluation.import_file import import_json, imported_to_domain
from assessor.evaluation.input_file import GivenMachines, to_machine
from assessor.evaluation.output import machine_json
from surveyor_inventory.imports import ReadFile
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings


def evaluate(
    given: GivenMachines,
    settings: AssessmentSettings,
    catalogue: Catalogue,
    owner_rules: OwnerRules | None = None,
) -> dict[str, Any]:
    """Return the output document; machines keep the order of the file.

    Raises:
        SettingsRefused: The settings ask for what the catalogue does not have.
    """
    rank = settings.percentile.rank
    machines = [to_machine(machine, rank) for machine in given.machines]
    return assess_machines(machines, settings, catalogue, owner_rules)


def evaluate_import(
    read: ReadFile, settings: AssessmentSettings, catalogue: Catalogue, owner_rules: OwnerRules | None = None
) -> dict[str, Any]:
    """Return the output document of an RVTools workbook or a CSV template, with what was wrong in it.

    Raises:
        SettingsRefused: The settings ask for what the catalogue does not have.
    """
    machines = [imported_to_domain(one.machine) for one in read.machines]
    return assess_machines(machines, settings, catalogue, owner_rules) | {"import": import_json(read)}


def assess_machines(
    machines: Iterable[Machine],
    settings: AssessmentSettings,
    catalogue: Catalogue,
    owner_rules: OwnerRules | None = None,
) -> dict[str, Any]:
    """Return the output document of machines, in their order.

    Raises:
        SettingsRefused: The settings ask for what the catalogue does not have.
    """
    assessment = Assessment(settings, catalogue, owner_rules)
    rate = assessment.currency_rate
    results = [assessment.assess(machine) for machine in machines]
    coverage = assessment_coverage(result.coverage for result in results)
    return {
        "rules_version": RULES_VERSION,
        "rules_hash": assessment.rules.owner.content_hash,
        "catalogue_hash": catalogue.content_hash,
        "currency": settings.currency,
        "currency_rate": {"per_usd": decimal_text(rate.per_usd), "as_of": rate.as_of.isoformat()},
        "confidence_percent": coverage.percent if coverage else None,
        "confidence_stars": coverage.stars if coverage else None,
        "machines": [machine_json(result) for result in results],
    }
