"""The settings of an assessment in the form's words."""

from collections.abc import Mapping
from typing import Any

from portal.assessment_form.fields import Field
from portal.assessment_form.offered import region_name
from portal.assessment_form.sections import SECTIONS

Described = list[tuple[str, list[tuple[str, str]]]]


def describe_settings(settings: Mapping[str, Any], contents: Mapping[str, Any] | None) -> Described:
    """Return labels and words by section; what is not set is left out.

    Args:
        settings: The settings as the API gives them.
        contents: The catalogue's contents, which name the regions; None while nobody can tell.
    """
    named = {**settings, "azure_location": region_name(settings["azure_location"], contents)}
    described = []
    for section in SECTIONS:
        rows = [(field.label, _words(field, _get(named, field.name))) for field in section.fields]
        rows = [(label, words) for label, words in rows if words]
        if rows:
            described.append((section.title, rows))
    return described


def _get(settings: Mapping[str, Any], name: str) -> Any:
    whole, _, part = name.partition(".")
    value = settings.get(whole)
    return value.get(part) if part and value is not None else None if part else value


def _words(field: Field, value: Any) -> str:
    if value is None or value == []:
        return ""
    names = dict(field.choices)
    values = value if isinstance(value, list) else [value]
    words = ", ".join(names.get(str(one), str(one)).split(":")[0] for one in values)
    return f"{words} {field.suffix}".strip()
