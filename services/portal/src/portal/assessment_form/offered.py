"""What the catalogue lets a form offer: regions, currencies and series."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from portal.assessment_form.fields import Choices, Field, Section

Groups = tuple[tuple[str, Choices], ...]
_PRICED, _WITHOUT_DISKS, _WITHOUT_SIZES = "Sizes and disks priced", "Disks without prices", "No sizes known"


def with_catalogue(sections: Sequence[Section], contents: Mapping[str, Any]) -> list[Section]:
    """Return the sections with the choices of a catalogue (`/v1/catalogue/contents`) filled in."""
    return [
        replace(section, fields=tuple(_offered(field, contents) for field in section.fields))
        for section in sections
    ]


def region_name(location: str, contents: Mapping[str, Any] | None) -> str:
    """Return what people call a region, or its identifier where the catalogue does not say."""
    regions = contents["regions"] if contents else []
    return next((str(one["display_name"]) for one in regions if one["name"] == location), location)


def _offered(field: Field, contents: Mapping[str, Any]) -> Field:
    match field.name:
        case "azure_location":
            return replace(field, groups=_regions(contents["regions"]))
        case "currency":
            return replace(field, choices=_currencies(contents["currencies"]))
        case "azure_vm_families":
            return replace(field, choices=tuple((name, _series(name)) for name in contents["families"]))
    return field


def _regions(regions: Sequence[Mapping[str, Any]]) -> Groups:
    """Sort regions by what the catalogue knows of them: what it lacks, a result cannot price."""
    groups: dict[str, list[tuple[str, str]]] = {_PRICED: [], _WITHOUT_DISKS: [], _WITHOUT_SIZES: []}
    for region in sorted(regions, key=lambda region: str(region["display_name"])):
        groups[_heading(region)].append((region["name"], region["display_name"]))
    return tuple((heading, tuple(choices)) for heading, choices in groups.items() if choices)


def _heading(region: Mapping[str, Any]) -> str:
    if not region["priced_sizes"]:
        return _WITHOUT_SIZES
    return _PRICED if region["has_disk_prices"] else _WITHOUT_DISKS


def _currencies(currencies: Sequence[Mapping[str, Any]]) -> Choices:
    """Name currencies with the rate that turns the catalogue's prices, which are in USD, into them."""
    rates = {one["code"]: "" if one["code"] == "USD" else f": {one['per_usd']} per USD" for one in currencies}
    return tuple((code, f"{code}{rate}") for code, rate in rates.items())


def _series(family: str) -> str:
    return family.removesuffix("_series").removesuffix("_Series").replace("_", " ")
