"""Which sizes a choice of VM families means, and which are considered when nothing is chosen.

Source: azure-mgmt-migrationassessment 1.0.0b1, VM families; exclusions, Azure Migrate "Common
questions: assessments" (2023-06-06). What the documents leave open is decided in ADR 0011.
"""

import re
from collections.abc import Iterable

from assessor.domain.catalogue import VmSize

_NEVER_BY_DEFAULT = ("B", "N", "H", "PB")
_CONFIDENTIAL = ("DC", "EC")
_PROMOTION = "_Promo"
_BASIC = "Basic_"
# The API's family names that are not simply a series of the catalogue.
_SPECIAL_SERIES = {
    "m": ("M", "Ms", "Mm", "Mms", "Mls", "Mts"),
    "mv2": ("Msv2", "Mmsv2", "Mimsv2", "Misv2"),
    "msv2": ("Msv2", "Mmsv2", "Mimsv2", "Misv2"),
    "mdsv2": ("Mdsv2", "Mdmsv2", "Midmsv2", "Midsv2"),
    "dc": ("DCsv2", "DCv2"),
}
_NAME_PATTERNS = {
    "basica0a4": re.compile(r"^Basic_A\d$"),
    "standarda0a7": re.compile(r"^Standard_A\d+$"),
    "standarda8a11": re.compile(r"^Standard_A\d+$"),
}
_SPECIAL_NAMES = (
    "M_series",
    "Mv2_series",
    "DC_series",
    "H_series",
    "Basic_A0_A4",
    "Standard_A0_A7",
    "Standard_A8_A11",
)
_SUFFIX = re.compile(r"_series$", re.IGNORECASE)
# A family of the API all of whose sizes have left Azure's list of sizes.
_WITHOUT_SIZES = frozenset({"h"})
_ISOLATED = re.compile(r"^([A-Z]+)i(?=[a-z])")


def family_key(family: str) -> str:
    """Bring Dsv5_series, Dsv5 and "NCads A100v4" to one form; the API itself writes DC_Series."""
    return re.sub(r"[\s_]", "", _SUFFIX.sub("", family)).lower()


def is_basic(size: VmSize) -> bool:
    return size.name.startswith(_BASIC)


def considered_by_default(size: VmSize, *, confidential: bool) -> bool:
    """Leave out burstable, accelerated, high-performance, confidential and promotional sizes."""
    if size.name.endswith(_PROMOTION):
        return False
    if size.series.startswith(_CONFIDENTIAL):
        return confidential
    return not size.series.startswith(_NEVER_BY_DEFAULT)


def in_family(size: VmSize, family: str) -> bool:
    """Whether a family that the settings name holds this size."""
    key = family_key(family)
    if key in _NAME_PATTERNS:
        return _NAME_PATTERNS[key].match(size.name) is not None
    if key in _SPECIAL_SERIES:
        return size.series in _SPECIAL_SERIES[key]
    # Isolated sizes have a series of their own and belong to the family without the i.
    without_i = _ISOLATED.sub(r"\1", size.series)
    return key in {family_key(size.series), family_key(without_i)}


def unknown_families(families: Iterable[str], sizes: Iterable[VmSize]) -> list[str]:
    """The named families that neither the API documents nor the catalogue holds a size of."""
    all_sizes = list(sizes)
    return [
        family
        for family in families
        if family_key(family) not in _WITHOUT_SIZES and not any(in_family(size, family) for size in all_sizes)
    ]


def documented_families(sizes: Iterable[VmSize]) -> list[str]:
    """The names that settings may use: a family per series, and the API's own names; sorted."""
    return sorted({f"{size.series}_series" for size in sizes} | set(_SPECIAL_NAMES))
