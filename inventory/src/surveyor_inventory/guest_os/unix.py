"""Linux distributions and other Unix-like systems, told apart by an ordered table of words."""

import re

from surveyor_inventory.guest_os.model import GuestOs, OsFamily, OsProduct

# First match wins, so a name that contains another stands before it ("CentOS Stream", "Oracle Linux").
_LINUX = (
    (r"flatcar(?: container linux(?: by kinvolk)?)?", OsProduct.FLATCAR),
    (r"\bcore ?os(?: linux)?", OsProduct.COREOS),
    (r"\bcentos[ -]*stream", OsProduct.CENTOS_STREAM),
    (r"\bcent ?os(?: linux)?", OsProduct.CENTOS),
    (r"red ?hat(?: enterprise)?(?: linux)?[ -]+fedora|fedora(?: linux)?", OsProduct.FEDORA),
    (
        r"red ?hat enterprise(?: linux)?(?: (?:server|workstation|client|es|as|ws))?"
        r"|\brhel|red ?hat(?=[ -]*[4-9]\b|[ -]*10\b)",
        OsProduct.RHEL,
    ),
    (
        r"oracle ?(?:enterprise ?)?linux(?: server)?|\boel(?=[ -]*\d)|\bol(?=[5-9]\b|10\b)",
        OsProduct.ORACLE_LINUX,
    ),
    (r"alma ?linux(?: os)?", OsProduct.ALMALINUX),
    (r"\brocky(?: ?linux)?", OsProduct.ROCKY_LINUX),
    (r"ubuntu(?: linux| server| pro| core)?", OsProduct.UBUNTU),
    (r"debian(?: gnu/linux| linux)?", OsProduct.DEBIAN),
    (r"open ?suse(?: leap| tumbleweed)?", OsProduct.OPENSUSE),
    # The desktop and the immutable one have rules of no server.
    (r"suse linux enterprise (?:desktop|(?:linux )?micro)|\bsle(?:d|[ -]micro)", OsProduct.OTHER_LINUX),
    (
        r"suse linux enterprise(?: server| high performance computing)?(?: for sap(?: applications)?)?"
        r"|\bsles(?:[ _]sap)?|\bsuse(?: linux)?(?= 1[1-6]\b)",
        OsProduct.SLES,
    ),
    (r"amazon ?linux(?: ami)?", OsProduct.AMAZON_LINUX),
    (r"photon(?: os)?(?:[ /]linux)?", OsProduct.PHOTON),
    (
        r"linux|asianux|mandrake|mandriva|pardus|kylin|novell open enterprise|sun java desktop|fusionos"
        r"|red ?hat|\bsuse|gentoo|slackware|nixos|mageia|knoppix|deepin|uniontech|raspbian|raspberry pi os"
        r"|pop!_os|\bzorin|elementary os|clearos|\bvyos|ipfire|univention|\bred os\b|\balt server"
        r"|euleros|openeuler|anolis|tencentos|bottlerocket|\btalos\b|rancheros|truenas scale"
        r"|proxmox|xenserver|citrix hypervisor|xcp-ng|oracle vm server",
        OsProduct.OTHER_LINUX,
    ),
)
_OTHER = (
    (r"vmware esxi?|\besxi|vmkernel", OsProduct.ESXI),
    (r"solaris|sunos", OsProduct.SOLARIS),
    (r"freebsd|freenas|truenas|pfsense|opnsense", OsProduct.FREEBSD),
    (r"mac ?os(?: ?x)?(?: server)?|os ?x\b(?: server)?|darwin", OsProduct.MACOS),
    (r"netware", OsProduct.NETWARE),
    (r"os/2|ecomstation", OsProduct.OS2),
    (r"unixware|openserver|\baix\b|hp-?ux|openbsd|netbsd|dragonfly ?bsd|\bunix\b", OsProduct.UNIX),
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
_APPLIANCE = re.compile(r"freenas|truenas|pfsense|opnsense", re.I)
"""Built on a system, with numbers of their own."""
_KERNEL_MAJORS = range(2, 8)


def identify_unix(name: str) -> GuestOs | None:
    """Read the name of a Linux distribution or another Unix-like system; None when it is neither."""
    for pattern, family, product in _TABLE:
        if (found := pattern.search(name)) is not None:
            has_version = product is not OsProduct.OTHER_LINUX and not _APPLIANCE.match(found.group())
            version = _version_after(name[found.end() :]) if has_version else None
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
