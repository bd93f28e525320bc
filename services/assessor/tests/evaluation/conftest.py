"""One machine through `assessor evaluate`, from JSON to JSON, without starting a process."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from assessor.domain.assess import Assessment
from assessor.domain.catalogue import Catalogue
from assessor.evaluation.input_file import GivenMachines, to_machine
from assessor.evaluation.output import machine_json
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

Outcome = Callable[..., dict[str, Any]]

_MACHINE = {
    "name": "machine",
    "cores": 4,
    "memory_mib": 8_192,
    "boot_type": "BIOS",
    "os_name": "Windows Server 2019",
    "cpu_percent": 50,
    "memory_percent": 50,
}


@pytest.fixture(scope="session")
def outcome(catalogue: Catalogue) -> Outcome:
    """Assess a Windows machine at 50 % of 4 cores and 8 GiB in West Europe, with changes."""

    @cache
    def under(settings: str) -> Assessment:
        """Equal settings share what is built once for all machines: that is most of the time here."""
        return Assessment(AssessmentSettings.model_validate_json(settings), catalogue)

    def assess(changes: dict[str, Any], **settings: Any) -> dict[str, Any]:
        assessment = under(json.dumps({"azure_location": "westeurope"} | settings))
        given = GivenMachines.model_validate_json(json.dumps({"machines": [_MACHINE | changes]}))
        machine = to_machine(given.machines[0], assessment.settings.percentile.rank)
        return dict(json.loads(json.dumps(machine_json(assessment.assess(machine)))))

    return assess
