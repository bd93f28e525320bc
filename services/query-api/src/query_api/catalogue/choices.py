"""Settings against what a catalogue holds: a name that it lacks is refused before a run is asked for."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from query_api.web.problems import invalid_field
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.catalogue_contents_v1 import CatalogueContents

NAMES_SHOWN = 3


def check_choices(settings: AssessmentSettings, contents: CatalogueContents) -> None:
    """Check region, families and currency.

    Raises:
        Problem: For the first of them that the catalogue does not hold; it names what is close to it.
    """
    regions = [region.name for region in contents.regions]
    if settings.azure_location not in regions:
        raise _unknown("azure_location", settings.azure_location, regions)
    families = {family_key(family): family for family in contents.families}
    for family in settings.azure_vm_families:
        if family_key(family) not in families:
            raise _unknown("azure_vm_families", family, families.values())
    currencies = [currency.code for currency in contents.currencies]
    if settings.currency not in currencies:
        raise _unknown("currency", settings.currency, currencies)


def family_key(family: str) -> str:
    """Bring the ways to write a family to one form, as `CatalogueContents.families` allows them."""
    return re.sub(r"[\s_]", "", re.sub(r"_series$", "", family, flags=re.IGNORECASE)).lower()


def _unknown(field: str, value: str, known: Iterable[str]) -> Exception:
    names = list(known)
    close = get_close_matches(value, names, n=NAMES_SHOWN, cutoff=0.5)
    fix = f"did you mean {' or '.join(close)}?" if close else f"it has {', '.join(names[:60])}"
    return invalid_field(f"settings.{field}", f"the catalogue has no {value!r}; {fix}")
