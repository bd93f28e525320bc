"""Windows names: servers by year, clients by name, editions."""

import re

from surveyor_inventory.guest_os.model import Architecture, GuestOs, OsFamily, OsProduct

_IS_WINDOWS = re.compile(r"\bwin(dows)?\b|\bwindows|small business server|hyper-v server", re.I)
_SERVER_YEAR = re.compile(
    r"(?:\bserver\b|\bwindows\b|\bwin\b).*?\b(2003|2008|2012|2016|2019|2022|2025)[\s-]*(r2)?\b", re.I
)
_SERVER_RELEASE = re.compile(r"\bserver\b[ ,]*(?:version )?(1709|180[39]|190[39]|2004|20H2|23H2)\b", re.I)
_SERVER = re.compile(r"\bserver\b|hyper-v", re.I)
_CLIENT = re.compile(
    r"\bwin(?:dows)?\s*(3\.1\d?|95|98|millennium|me|nt|2000|xp|vista|7|8\.1|8|10|11|12)(?![\d])", re.I
)
_CLIENT_NAMES = {"xp": "XP", "vista": "Vista", "nt": "NT", "me": "ME", "millennium": "ME", "3.11": "3.1"}
_EDITION = re.compile(
    r"\b(Datacenter|Standard|Enterprise|Essentials|Foundation|Web|Professional|Pro|Home|Education|Ultimate"
    r"|Business|Small Business)\b",
    re.I,
)
_EDITION_NAMES = {"professional": "Pro"}
_DOS = re.compile(r"\bms-?dos\b", re.I)
# These releases were never built for 32-bit processors.
_ONLY_X64 = frozenset({"2008 R2", "2012", "2012 R2", "2016", "2019", "2022", "2025"})


def identify_windows(name: str) -> GuestOs | None:
    """Read a Windows or MS-DOS name; None when it is neither."""
    if _DOS.search(name):
        return GuestOs(OsFamily.WINDOWS, OsProduct.MS_DOS)
    if not _IS_WINDOWS.search(name):
        return None
    edition = _edition(name)
    if (server := _server_version(name)) is not None:
        architecture = Architecture.X64 if server in _ONLY_X64 else Architecture.UNKNOWN
        return GuestOs(OsFamily.WINDOWS, OsProduct.WINDOWS_SERVER, server, edition, architecture)
    if (client := _CLIENT.search(name)) is not None:
        version = client.group(1).lower()
        return GuestOs(
            OsFamily.WINDOWS, OsProduct.WINDOWS_CLIENT, _CLIENT_NAMES.get(version, version), edition
        )
    product = OsProduct.WINDOWS_SERVER if _SERVER.search(name) else None
    return GuestOs(OsFamily.WINDOWS, product, None, edition)


def _server_version(name: str) -> str | None:
    if (year := _SERVER_YEAR.search(name)) is not None:
        return f"{year.group(1)} R2" if year.group(2) else year.group(1)
    if (release := _SERVER_RELEASE.search(name)) is not None:
        return release.group(1).upper()
    return None


def _edition(name: str) -> str | None:
    found = _EDITION.search(name)
    if found is None:
        return None
    edition = found.group(1)
    return _EDITION_NAMES.get(edition.lower(), edition.title())
