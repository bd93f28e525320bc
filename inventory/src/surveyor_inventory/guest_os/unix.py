"""Linux distributions and other Unix-like systems, told apart by an ordered table of words."""

import re

from surveyor_inventory.guest_os.model import GuestOs, OsFamily, OsProduct

# First match wins, so a name that contains another stands before it ("CentOS Stream", "Oracle Linux").
_LINUX = (
    (r"centos[ -]*stream", OsProduct.CENTOS_STREAM),
    (r"cent ?os(?: linux)?", OsProduct.CENTOS),
    (r"red ?hat enterprise linux(?: (?:server|workstation|client|es|as|ws))?|\brhel\b", OsProduct.RHEL),
    (r"oracle (?:enterprise )?linux(?: server)?", OsProduct.ORACLE_LINUX),
    (r"alma ?linux(?: os)?", OsProduct.ALMALINUX),
    (r"rocky(?: linux)?", OsProduct.ROCKY_LINUX),
    (r"ubuntu(?: linux| server)?", OsProduct.UBUNTU),
    (r"debian(?: gnu/linux| linux)?", OsProduct.DEBIAN),
    (r"open ?suse(?: leap| tumbleweed)?", OsProduct.OPENSUSE),
    (
        r"suse linux enterprise(?: server)?(?: for sap(?: applications)?)?|\bsles(?:[ _]sap)?",
        OsProduct.SLES,
    ),
    (r"fedora(?: linux)?", OsProduct.FEDORA),
    (r"amazon linux(?: ami)?", OsProduct.AMAZON_LINUX),
    (r"flatcar(?: container linux(?: by kinvolk)?)?", OsProduct.FLATCAR),
    (r"(?:fedora )?core ?os(?: linux)?", OsProduct.COREOS),
    (r"photon(?: os)?", OsProduct.PHOTON),
    (
        r"linux|asianux|mandrake|mandriva|pardus|kylin|novell open enterprise|sun java desktop",
        OsProduct.OTHER_LINUX,
    ),
)
_OTHER = (
    (r"vmware esxi?|vmkernel", OsProduct.ESXI),
    (r"solaris|sunos", OsProduct.SOLARIS),
    (r"freebsd", OsProduct.FREEBSD),
    (r"mac ?os(?: ?x)?|os ?x\b|darwin", OsProduct.MACOS),
    (r"netware", OsProduct.NETWARE),
    (r"os/2|ecomstation", OsProduct.OS2),
    (r"unixware|openserver|\baix\b|hp-?ux|openbsd|netbsd|\bunix\b", OsProduct.UNIX),
)
_TABLE = tuple(
    (re.compile(words, re.I), family, product)
    for family, rows in ((OsFamily.LINUX, _LINUX), (OsFamily.OTHER, _OTHER))
    for words, product in rows
)
# "CentOS 4/5 or later" names a lower bound, not a version; so does "FreeBSD 12 or later versions".
_VERSION = re.compile(
    r"^[ :-]*(?:release |version |v)?(\d++(?:\.\d++)*+)(?!/)(?!\.x)(?! or later)(?:[ -]*sp ?(\d+))?", re.I
)
_KERNEL_MAJORS = range(2, 8)


def identify_unix(name: str) -> GuestOs | None:
    """Read the name of a Linux distribution or another Unix-like system; None when it is neither."""
    for pattern, family, product in _TABLE:
        if (found := pattern.search(name)) is not None:
            version = None if product is OsProduct.OTHER_LINUX else _version_after(name[found.end() :])
            return GuestOs(family, product, version)
    return None


def linux_version(text: str | None) -> str | None:
    """Bring a separately reported version to the form of `GuestOs.version`.

    Hyper-V's Linux daemon reports the kernel release as OSVersion ("5.14.0-70"), which is no version
    of the distribution: three or more numbers that begin with a kernel's major number are refused.
    """
    if not text:
        return None
    version = _version_after(text.strip())
    if version is None:
        return None
    numbers = version.split(".")
    if len(numbers) >= 3 and int(numbers[0]) in _KERNEL_MAJORS:
        return None
    return version


def _version_after(rest: str) -> str | None:
    found = _VERSION.match(rest)
    if found is None:
        return None
    version, service_pack = found.groups()
    return f"{version}.{service_pack}" if service_pack else str(version)
