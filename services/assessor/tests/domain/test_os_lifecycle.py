"""Vendor support of a guest on a given day."""

from datetime import date

import pytest

from assessor.domain.catalogue import Catalogue
from assessor.domain.os_lifecycle import SupportPhase, VendorSupport, vendor_support
from surveyor_inventory.guest_os import identify_guest_os

DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("os_name", "phase", "ends_on"),
    [
        ("Microsoft Windows Server 2025 (64-bit)", "Mainstream", date(2034, 11, 14)),
        ("Microsoft Windows Server 2016 (64-bit)", "Extended", date(2027, 1, 12)),
        ("Microsoft Windows Server 2012 R2 (64-bit)", "OutOfSupport", date(2023, 10, 10)),
        ("Ubuntu 22.04.3 LTS", "Extended", date(2027, 4, 1)),
        ("SUSE Linux Enterprise 15 SP7", "Mainstream", date(2031, 7, 31)),
        ("Red Hat Enterprise Linux 8.6", "Extended", date(2029, 5, 31)),
    ],
)
def test_support_is_that_of_the_version(
    catalogue: Catalogue, os_name: str, phase: SupportPhase, ends_on: date
) -> None:
    support = vendor_support(identify_guest_os(os_name), catalogue.os_lifecycles, DAY)
    assert support == VendorSupport(phase, ends_on)


def test_last_day_of_support_is_still_supported(catalogue: Catalogue) -> None:
    server = identify_guest_os("Windows Server 2012 R2")
    last_day = date(2023, 10, 10)
    assert vendor_support(server, catalogue.os_lifecycles, last_day) == VendorSupport("Extended", last_day)


@pytest.mark.parametrize("os_name", [None, "Other", "Red Hat Enterprise Linux", "Solaris 11"])
def test_version_without_a_known_life_cycle_is_not_judged(catalogue: Catalogue, os_name: str | None) -> None:
    assert vendor_support(identify_guest_os(os_name), catalogue.os_lifecycles, DAY) is None
