"""Which sizes the names of VM families hold."""

from typing import Any

import pytest

from assessor.domain.catalogue import Catalogue
from assessor.domain.families import (
    considered_by_default,
    documented_families,
    family_key,
    in_family,
    unknown_families,
)

# Source: azure-mgmt-migrationassessment 1.0.0b1, AzureVmFamily.
API_FAMILIES = [
    "Basic_A0_A4",
    "Standard_A0_A7",
    "Standard_A8_A11",
    "Av2",
    "D",
    "Dv2",
    "DS",
    "DSv2",
    "F",
    "Fs",
    "Fsv2",
    "G",
    "GS",
    "H",
    "Ls",
    "Lsv2",
    "Dv3",
    "Dsv3",
    "Ev3",
    "Esv3",
    "M",
    "Mv2",
    "Msv2",
    "Mdsv2",
    "DC",
    "Dv4",
    "Dsv4",
    "Ddv4",
    "Ddsv4",
    "Dav4",
    "Dasv4",
    "Ev4",
    "Esv4",
    "Edv4",
    "Edsv4",
    "Eav4",
    "Easv4",
    "Dv5",
    "Dsv5",
    "Ddv5",
    "Ddsv5",
    "Dasv5",
    "Dadsv5",
    "Ev5",
    "Esv5",
    "Edv5",
    "Edsv5",
    "Easv5",
    "Eadsv5",
    "Ebsv5",
    "Ebdsv5",
]


def test_every_family_of_the_api_is_known(catalogue: Catalogue) -> None:
    named = [f"{family}_series" for family in API_FAMILIES]
    named.append("DC_Series")  # As the API itself writes it.
    assert unknown_families(named, catalogue.sizes.values()) == []
    assert set(map(family_key, named)) <= set(map(family_key, documented_families(catalogue.sizes.values())))


@pytest.mark.parametrize(
    ("name", "series", "family", "holds"),
    [
        ("Standard_D4s_v5", "Dsv5", "Dsv5_series", True),
        ("Standard_D4s_v5", "Dsv5", "dsv5", True),
        ("Standard_D4ds_v5", "Ddsv5", "Dsv5_series", False),
        ("Standard_E104is_v5", "Eisv5", "Esv5_series", True),
        ("Standard_E104is_v5", "Eisv5", "Eisv5_series", True),
        ("Basic_A4", "A", "Basic_A0_A4", True),
        ("Standard_A4", "A", "Basic_A0_A4", False),
        ("Standard_A4", "A", "Standard_A0_A7", True),
        ("Standard_M128ms", "Mms", "M_series", True),
        ("Standard_M208ms_v2", "Mmsv2", "Msv2_series", True),
        ("Standard_DC2s_v2", "DCsv2", "DC_series", True),
    ],
)
def test_family_holds_its_series(name: str, series: str, family: str, holds: bool, a_size: Any) -> None:
    assert in_family(a_size(name, series=series), family) is holds


@pytest.mark.parametrize(
    ("name", "series", "considered"),
    [
        ("Standard_D4s_v5", "Dsv5", True),
        ("Standard_B4ms", "Bms", False),
        ("Standard_NC6s_v3", "NCsv3", False),
        ("Standard_HB120rs_v3", "HBrsv3", False),
        ("Standard_PB6s", "PBs", False),
        ("Standard_DC4as_v5", "DCasv5", False),
        ("Standard_EC4as_v5", "ECasv5", False),
        ("Standard_D4_v2_Promo", "D v2 Promo", False),
    ],
)
def test_special_series_are_considered_only_when_named(
    name: str, series: str, considered: bool, a_size: Any
) -> None:
    assert considered_by_default(a_size(name, series=series), confidential=False) is considered


def test_confidential_series_are_considered_for_confidential_machines(a_size: Any) -> None:
    assert considered_by_default(a_size("Standard_DC4as_v5", series="DCasv5"), confidential=True)
