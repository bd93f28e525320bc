"""Assess the machines of a file."""

from typing import Any

from assessor.domain.assess import Assessment
from assessor.domain.catalogue import Catalogue
from assessor.domain.confidence import assessment_coverage
from assessor.domain.cost import decimal_text
from assessor.domain.rules import RULES_VERSION
from assessor.evaluation.input_file import GivenMachines, to_machine
from assessor.evaluation.output import machine_json
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings


def evaluate(given: GivenMachines, settings: AssessmentSettings, catalogue: Catalogue) -> dict[str, Any]:
    """Return the output document; machines keep the order of the file.

    Raises:
        SettingsRefused: The settings ask for what the catalogue does not have.
    """
    assessment = Assessment(settings, catalogue)
    rank = settings.percentile.rank
    rate = catalogue.currency_rates[settings.currency]
    results = [assessment.assess(to_machine(machine, rank)) for machine in given.machines]
    coverage = assessment_coverage(result.coverage for result in results)
    return {
        "rules_version": RULES_VERSION,
        "catalogue_hash": catalogue.content_hash,
        "currency": settings.currency,
        "currency_rate": {"per_usd": decimal_text(rate.per_usd), "as_of": rate.as_of.isoformat()},
        "confidence_percent": coverage.percent if coverage else None,
        "confidence_stars": coverage.stars if coverage else None,
        "machines": [machine_json(result) for result in results],
    }
