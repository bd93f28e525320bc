"""Whether a guest operating system is still supported by its vendor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assessor.domain.catalogue import OsLifecycle
from surveyor_inventory.guest_os import GuestOs

SupportPhase = Literal["Mainstream", "Extended", "OutOfSupport"]


@dataclass(frozen=True, slots=True)
class VendorSupport:
    phase: SupportPhase
    ends_on: date


def vendor_support(
    guest_os: GuestOs, lifecycles: Mapping[tuple[str, str], OsLifecycle], day: date
) -> VendorSupport | None:
    """Return the support on `day`; None where the life cycle of the version is not known."""
    cycle = _lifecycle(guest_os, lifecycles)
    if cycle is None:
        return None
    if day > cycle.ends_on:
        return VendorSupport("OutOfSupport", cycle.ends_on)
    is_extended = cycle.active_until is not None and day > cycle.active_until
    return VendorSupport("Extended" if is_extended else "Mainstream", cycle.ends_on)


def _lifecycle(guest_os: GuestOs, lifecycles: Mapping[tuple[str, str], OsLifecycle]) -> OsLifecycle | None:
    """By the whole version, then by ever fewer of its numbers: 22.04.3 has the life cycle of 22.04."""
    if guest_os.product is None or guest_os.version is None:
        return None
    parts = guest_os.version.split(".")
    versions = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    found = (lifecycles.get((guest_os.product.value, version)) for version in versions)
    return next((cycle for cycle in found if cycle is not None), None)
