"""Settings against the catalogue: what cannot be asked of it is refused before any machine."""

from difflib import get_close_matches

from assessor.domain.catalogue import Catalogue
from assessor.domain.families import documented_families, unknown_families
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings


class SettingsRefused(ValueError):
    """A setting that is well formed but has no answer in this catalogue.

    Attributes:
        field: Name of the setting.
        problem: What is wrong with it.
        fix: What to do instead.
    """

    def __init__(self, field: str, problem: str, fix: str) -> None:
        super().__init__(f"{field}: {problem}; {fix}")
        self.field = field
        self.problem = problem
        self.fix = fix


def check_settings(settings: AssessmentSettings, catalogue: Catalogue) -> None:
    """Check region, families and currency.

    Raises:
        SettingsRefused: For the first of them that the catalogue does not know.
    """
    _check_location(settings, catalogue)
    _check_families(settings, catalogue)
    _check_currency(settings, catalogue)


def _check_location(settings: AssessmentSettings, catalogue: Catalogue) -> None:
    location = settings.azure_location
    if location in catalogue.regions:
        return
    close = get_close_matches(location, catalogue.regions, n=3)
    fix = f"did you mean {' or '.join(close)}?" if close else f"use one of {', '.join(catalogue.regions)}"
    raise SettingsRefused("azure_location", f"the catalogue has no region {location!r}", fix)


def _check_families(settings: AssessmentSettings, catalogue: Catalogue) -> None:
    unknown = unknown_families(settings.azure_vm_families, catalogue.sizes.values())
    if unknown:
        known = documented_families(catalogue.sizes.values())
        close = get_close_matches(unknown[0], known, n=3, cutoff=0.8)
        every = "use series such as Dsv5_series, or leave the list empty for all"
        fix = f"did you mean {' or '.join(close)}?" if close else every
        problem = f"the catalogue has no {' and no '.join(map(repr, unknown))}"
        raise SettingsRefused("azure_vm_families", problem, fix)


def _check_currency(settings: AssessmentSettings, catalogue: Catalogue) -> None:
    if settings.currency not in catalogue.currency_rates:
        fix = f"use one of {', '.join(catalogue.currency_rates)}"
        raise SettingsRefused("currency", f"the catalogue has no rate for {settings.currency}", fix)
