"""IP and MAC addresses as files write them."""

import ipaddress
import re

from surveyor_inventory.imports.cells import Row, only_valid

_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2}\Z", re.IGNORECASE)


def ip_addresses(row: Row, key: str) -> list[str]:
    """Return a cell's IP addresses; what is none is left out with a warning."""
    given = row.words(key)
    return only_valid(row, key, {one for one in given if is_ip_address(one)}, given, "IP address")


def mac_addresses(row: Row, key: str) -> list[str]:
    """Return a cell's MAC addresses, in lower case with colons."""
    given = row.words(key)
    valid = only_valid(row, key, {one for one in given if _MAC.match(one)}, given, "MAC address")
    return [normal_mac(one) for one in valid]


def is_ip_address(text: str) -> bool:
    """Return whether a text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def normal_mac(text: str) -> str:
    """Return a MAC address in lower case with colons."""
    digits = re.sub(r"[:-]", "", text).lower()
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
