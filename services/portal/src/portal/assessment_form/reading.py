"""What was filled in, as the API's settings."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.datastructures import FormData

from portal.assessment_form.fields import Field, Values
from portal.assessment_form.sections import FIELDS

_LISTS = ("checkboxes", "list")
_UPTIME_DEFAULTS = {"days_per_month": "31", "hours_per_day": "24"}


def starting_values() -> Values:
    """Return what the form starts with."""
    return {name: list(field.start) for name, field in FIELDS.items()}


def read_form(form: FormData) -> Values:
    """Return what was filled in, field by field."""
    values: Values = {}
    for name in FIELDS:
        given = [str(value).strip() for value in form.getlist(name)]
        values[name] = [value for value in given if value]
    return values


def read_settings(values: Values) -> tuple[dict[str, Any], dict[str, str]]:
    """Turn what was filled in into the API's settings.

    Returns:
        The settings, and what cannot be read by field. Whether values are allowed, the API says.
    """
    settings: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, given in values.items():
        if FIELDS[name].required and not given:
            errors[name] = "must be chosen"
        if not given:
            continue
        try:
            _put(settings, name, _value(FIELDS[name], given))
        except ValueError as error:
            errors[name] = str(error)
    if uptime := settings.get("vm_uptime"):
        settings["vm_uptime"] = _UPTIME_DEFAULTS | uptime
    return settings, errors


def _value(field: Field, given: list[str]) -> Any:
    if field.kind in _LISTS:
        return given
    readers: dict[str, Callable[[str], Any]] = {"number": _number, "datetime": _utc}
    return readers.get(field.kind, str)(given[0])


def _number(text: str) -> Any:
    """Read a number, with a point or a comma before its decimals."""
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValueError("must be a number") from None
    if not number.is_finite():
        raise ValueError("must be a number")
    return int(number) if number == int(number) else float(number)


def _utc(text: str) -> str:
    """Read what a browser sends for a time without a zone: the form says that it is UTC."""
    return text if text.endswith("Z") else f"{text}Z"


def _put(settings: dict[str, Any], name: str, value: Any) -> None:
    whole, _, part = name.partition(".")
    if part:
        settings.setdefault(whole, {})[part] = value
    else:
        settings[name] = value


def field_of(path: str) -> str:
    """Return the field of the form that a field of the API's request is in; the path itself if none is.

    `settings.azure_vm_families.0` is `azure_vm_families`.
    """
    name = path.removeprefix("settings.")
    while name and name not in FIELDS:
        name = name.rpartition(".")[0]
    return name or path
