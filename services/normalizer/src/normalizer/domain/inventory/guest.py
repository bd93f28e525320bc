"""What the guest itself says: its operating system, names and addresses."""

from collections.abc import Iterable
from typing import NamedTuple

from surveyor_inventory.guest_os import GuestOs
from surveyor_schemas.inventory.machine_v1 import Machine, Nic, OperatingSystem


def operating_system(name: str | None, guest_os: GuestOs) -> OperatingSystem:
    """Combine a source's words with what they mean."""
    return OperatingSystem(
        name=name or None,
        family=guest_os.family.value,
        product=guest_os.product.value if guest_os.product else None,
        version=guest_os.version,
        edition=guest_os.edition,
        architecture=guest_os.architecture.value,
    )


def normal_mac_address(text: str | None) -> str | None:
    """Return a MAC address in lower case with colons; None if it is none."""
    digits = "".join(character for character in (text or "").lower() if character in "0123456789abcdef")
    if len(digits) != 12 or digits == "0" * 12:
        return None
    return ":".join(digits[position : position + 2] for position in range(0, 12, 2))


def normal_addresses(addresses: Iterable[str]) -> list[str]:
    """Return IP addresses in lower case and in order: sources list them in any order."""
    return sorted({address.strip().lower() for address in addresses if address.strip()})


class GuestWords(NamedTuple):
    """What only a running guest reports."""

    fqdn: str | None
    os: OperatingSystem
    nics: list[Nic]


def last_known(words: GuestWords, previous: Machine | None, *, is_on: bool, os_reported: bool) -> GuestWords:
    """Keep what a guest last said while it is not running.

    A guest that is off reports nothing, and that is not news: without this, every shutdown would be a
    change of operating system and addresses, and every start another one.

    Args:
        words: What the new observation says.
        previous: The machine as it was last known.
        is_on: Whether the machine runs; a running guest's silence counts.
        os_reported: Whether the guest itself named its operating system this time.
    """
    if is_on or previous is None:
        return words
    known_addresses = {(nic.nic_id, nic.mac_address): nic.ip_addresses for nic in previous.nics}
    nics = [
        nic
        if nic.ip_addresses
        else nic.model_copy(update={"ip_addresses": known_addresses.get((nic.nic_id, nic.mac_address), [])})
        for nic in words.nics
    ]
    return GuestWords(
        fqdn=words.fqdn or previous.fqdn,
        os=words.os if os_reported or _is_other(words.os, previous.os) else previous.os,
        nics=nics,
    )


def _is_other(configured: OperatingSystem, known: OperatingSystem) -> bool:
    """Return whether a configured system cannot be the one that the guest last reported."""
    return configured.family not in (known.family, "unknown", "other")
