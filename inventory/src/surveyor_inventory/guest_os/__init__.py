"""What the name, id or version that a source reports says about a guest operating system."""

from surveyor_inventory.guest_os.architecture import parse_architecture
from surveyor_inventory.guest_os.identify import (
    guest_os_from_detailed_data,
    identify_guest_os,
    prefer_reported,
)
from surveyor_inventory.guest_os.model import UNKNOWN_GUEST_OS, Architecture, GuestOs, OsFamily, OsProduct

__all__ = [
    "UNKNOWN_GUEST_OS",
    "Architecture",
    "GuestOs",
    "OsFamily",
    "OsProduct",
    "guest_os_from_detailed_data",
    "identify_guest_os",
    "parse_architecture",
    "prefer_reported",
]
