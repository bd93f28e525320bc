"""Windows names: servers by year, clients by name, editions."""

import re

from surveyor_inventory.guest_os.model import Architecture, GuestOs, OsFamily, OsProduct

_IS_WINDOWS = re.compile(
    r"\bwin(dows)?\b|\bwindows|\bwin(?=2k|\d)|small business server|hyper-v server|azure stack hci", re.I
)
_SERVER_YEAR = re.compile(
    r"(?:\bserver|\bwindows|\bwin).*?(?<!\d)(2003|2008|2012|2016|2019|2022|2025)[\s-]*(r2)?\b", re.I
)
_SERVER_2K = re.compile(r"(?:\bserver|\bwindows|\bwin)\s*2k(3|8|12|16|19|22|25)[\s-]*(r2)?\b", re.I)
_SERVER_RELEASE = re.compile(r"\bserver\b[ ,]*(?:version )?(1709|180[39]|190[39]|2004|20H2|23H2)\b", re.I)
# Small Business Server and Home Server 2011 are Windows Server 2008 R2 under another name.
_SERVER_2011 = re.compile(r"\b(?:small business|home|multipoint) server 2011\b", re.I)
_SERVER = re.compile(r"\bserver\b|hyper-v|azure stack hci", re.I)
_CLIENT = re.compile(
    r"\bwin(?:dows)?(?:\s+embedded(?:\s+standard|\s+posready)?)?\s*"
    r"(3\.1\d?|95|98|millennium|me|nt|2000|2k(?!\d)|xp|vista|7|8\.1|8|10|11|12)(?![\d])",
    re.I,
)
_CLIENT_NAMES = {"xp": "XP", "vista": "Vista", "nt": "NT", "me": "ME", "millennium": "ME", "3.11": "3.1",
                 "2k": "2000"}  # fmt: skip
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
    if (year := _SERVER_YEAR.search(name)) is not None and not _is_client_of_year(name):
        return f"{year.group(1)} R2" if year.group(2) else year.group(1)
    if (short := _SERVER_2K.search(name)) is not None:
        year_of_short = f"20{int(short.group(1)):02}"
        return f"{year_of_short} R2" if short.group(2) else year_of_short
    if _SERVER_2011.search(name):
        return "2008 R2"
    if (release := _SERVER_RELEASE.search(name)) is not None:
        return release.group(1).upper()
    return None


def _is_client_of_year(name: str) -> bool:
    """Return whether the year is that of a client: "Windows 10 Enterprise LTSC 2019"."""
    return bool(_CLIENT.search(name)) and not _SERVER.search(name)


def _edition(name: str) -> str | None:
    found = _EDITION.search(name)
    if found is None:
        return None
    edition = found.group(1)
    return _EDITION_NAMES.get(edition.lower(), edition.title())


# Versions of Windows NT: of a server, of a client. From 10.0 on only the build tells.
_NT_VERSIONS = {
    "5.0": ("2000", "2000"),
    "5.1": (None, "XP"),
    "5.2": ("2003", "XP"),
    "6.0": ("2008", "Vista"),
    "6.1": ("2008 R2", "7"),
    "6.2": ("2012", "8"),
    "6.3": ("2012 R2", "8.1"),
}
_SERVER_BUILDS = ((26100, "2025"), (20348, "2022"), (17763, "2019"), (14393, "2016"))
_FIRST_BUILD_OF_WINDOWS_11 = 22000
_NT = re.compile(r"(?P<nt>5\.[0-2]|6\.[0-3]|10\.0)(?:\.(?P<build>\d{3,5}))?(?![\d])")


def windows_version(text: str | None, product: OsProduct | None) -> str | None:
    """Read a separately reported version, such as "10.0.17763" or "2019", as a release of `product`."""
    if not text or product not in (OsProduct.WINDOWS_SERVER, OsProduct.WINDOWS_CLIENT):
        return None
    is_server = product is OsProduct.WINDOWS_SERVER
    if (found := _NT.match(text.strip())) is None:
        named = identify_windows(f"Windows {'Server ' if is_server else ''}{text}")
        return named.version if named else None
    if found["nt"] != "10.0":
        return _NT_VERSIONS[found["nt"]][0 if is_server else 1]
    return _release_of_build(int(found["build"]), is_server) if found["build"] else None


def _release_of_build(build: int, is_server: bool) -> str | None:
    if is_server:
        return next((year for first, year in _SERVER_BUILDS if build >= first), None)
    return "11" if build >= _FIRST_BUILD_OF_WINDOWS_11 else "10"
