"""Life cycles of operating systems: the table's cycle names become the versions that guests report."""

import re
from datetime import date
from pathlib import Path

from assessor.catalogue.tables import Row, read_optional_table
from surveyor_inventory.guest_os import OsProduct

TABLE = "os_lifecycle.csv"
_PRODUCTS = {
    "almalinux": OsProduct.ALMALINUX,
    "amazon-linux": OsProduct.AMAZON_LINUX,
    "centos": OsProduct.CENTOS,
    "centos-stream": OsProduct.CENTOS_STREAM,
    "debian": OsProduct.DEBIAN,
    "fedora": OsProduct.FEDORA,
    "freebsd": OsProduct.FREEBSD,
    "opensuse": OsProduct.OPENSUSE,
    "oracle-linux": OsProduct.ORACLE_LINUX,
    "rhel": OsProduct.RHEL,
    "rocky-linux": OsProduct.ROCKY_LINUX,
    "sles": OsProduct.SLES,
    "ubuntu": OsProduct.UBUNTU,
    "windows": OsProduct.WINDOWS_CLIENT,
    "windows-server": OsProduct.WINDOWS_SERVER,
}
_WINDOWS_SERVER = re.compile(r"^(\d{4})(-r2)?(-sp\d)?$")
_WINDOWS_CLIENT = re.compile(r"^(\d+(?:\.\d)?)(-sp\d|-\w+|-\w+-[ew])?$")
_CLIENT_NAMES = {"5": "XP", "6": "Vista"}
_NUMBERS = re.compile(r"^\d+(\.\d+)*$")


def os_lifecycles(directory: Path) -> list[list[str | None]]:
    """Rows of product, version, end of mainstream support, end of support; dates may be unknown.

    A version with several releases (service packs, Windows 10 and 11) has the dates of the one that is
    supported longest. Long-term channels are left out: a guest does not report that it is one.
    """
    longest: dict[tuple[str, str], tuple[str, str | None]] = {}
    for row in read_optional_table(directory, TABLE):
        product = _PRODUCTS.get(row.text("product"))
        version = product and _version(product, row.text("cycle"))
        ends_on = _day(row, "eol")
        if product is None or not version or ends_on is None:
            continue
        known = longest.get((product.value, version))
        if known is None or ends_on > known[0]:
            longest[product.value, version] = (ends_on, _day(row, "active_support_until"))
    return [[*key, active_until, ends_on] for key, (ends_on, active_until) in sorted(longest.items())]


def _version(product: OsProduct, cycle: str) -> str | None:
    if product is OsProduct.WINDOWS_SERVER:
        found = _WINDOWS_SERVER.match(cycle)
        return found and found[1] + (" R2" if found[2] else "")
    if product is OsProduct.WINDOWS_CLIENT:
        found = _WINDOWS_CLIENT.match(cycle)
        return found and _CLIENT_NAMES.get(found[1], found[1])
    return cycle if _NUMBERS.match(cycle) else None


def _day(row: Row, column: str) -> str | None:
    """An ISO date; empty cells and True or False, which the source writes for open ends, are unknown."""
    if row.text(column) in {"", "True", "False"}:
        return None
    return row.read(column, date.fromisoformat).isoformat()
