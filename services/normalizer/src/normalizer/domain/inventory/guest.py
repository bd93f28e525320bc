"""What the guest itself says: its operating system, names and addresses."""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from surveyor_inventory.guest_os import GuestOs
from surveyor_schemas.inventory.machine_v1 import Machine, Nic, OperatingSystem


def operating_system(
    name: str | None, guest_os: GuestOs, configured_name: str | None = None
) -> OperatingSystem:
    """Combine a source's words with what they mean."""
    return OperatingSystem(
        name=name or None,
        family=guest_os.family.value,
        product=guest_os.product.value if guest_os.product else None,
        version=guest_os.version,
        edition=guest_os.edition,
        architecture=guest_os.architecture.value,
        configured_name=configured_name or None,
    )


def normal_mac_address(text: str | None) -> str | None:
    """Return a MAC address in lower case with colons; None if it is none, or nobody's or everybody's."""
    digits = "".join(character for character in (text or "").lower() if character in "0123456789abcdef")
    if len(digits) != 12 or digits in ("0" * 12, "f" * 12):
        return None
    return ":".join(digits[position : position + 2] for position in range(0, 12, 2))


def normal_addresses(addresses: Iterable[str]) -> list[str]:
    """Return IP addresses in their shortest form, each once and in order: sources list them in any."""
    found = (_normal_address(address) for address in addresses)
    return sorted({address for address in found if address is not None})


def _normal_address(text: str) -> str | None:
    """Leave out the zone (`%eth0`, the guest's own business) and the length of a prefix."""
    bare = text.strip().partition("%")[0].partition("/")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return None if address.is_unspecified else str(address)


class GuestWords(NamedTuple):
    """What only a running guest reports."""

    fqdn: str | None
    os: OperatingSystem
    nics: list[Nic]


def last_known(words: GuestWords, previous: Machine | None, *, os_reported: bool) -> GuestWords:
    """Keep what a guest last said while it says nothing.

    A guest that is off, or that is starting, reports nothing, and that is not news: without this, every
    restart would be two changes of operating system and of addresses, and outdate assessments.

    Args:
        words: What the new observation says.
        previous: The machine as it was last known.
        os_reported: Whether the guest itself named its operating system this time.
    """
    if previous is None:
        return words
    is_reconfigured = words.os.configured_name != previous.os.configured_name
    return GuestWords(
        fqdn=words.fqdn or previous.fqdn,
        os=words.os if os_reported or is_reconfigured else previous.os,
        nics=_with_last_addresses(words.nics, previous.nics),
    )


def _with_last_addresses(nics: list[Nic], previous: Iterable[Nic]) -> list[Nic]:
    """Give adapters their last addresses back, unless the guest names any: then it is believed."""
    if any(nic.ip_addresses for nic in nics):
        return nics
    known = {(nic.nic_id, nic.mac_address): nic.ip_addresses for nic in previous}
    return [
        nic.model_copy(update={"ip_addresses": known.get((nic.nic_id, nic.mac_address), [])}) for nic in nics
    ]
