"""The value that every source's wording is brought to."""

from dataclasses import dataclass
from enum import StrEnum


class OsFamily(StrEnum):
    WINDOWS = "windows"
    LINUX = "linux"
    OTHER = "other"
    UNKNOWN = "unknown"


class Architecture(StrEnum):
    X64 = "x64"
    X86 = "x86"
    ARM64 = "arm64"
    UNKNOWN = "unknown"


class OsProduct(StrEnum):
    """A product line whose versions have rules of their own; the value is its usual name."""

    WINDOWS_SERVER = "Windows Server"
    WINDOWS_CLIENT = "Windows"
    MS_DOS = "MS-DOS"
    ALMALINUX = "AlmaLinux"
    AMAZON_LINUX = "Amazon Linux"
    CENTOS = "CentOS"
    CENTOS_STREAM = "CentOS Stream"
    COREOS = "CoreOS"
    DEBIAN = "Debian"
    FEDORA = "Fedora"
    FLATCAR = "Flatcar"
    OPENSUSE = "openSUSE"
    ORACLE_LINUX = "Oracle Linux"
    PHOTON = "Photon OS"
    RHEL = "Red Hat Enterprise Linux"
    ROCKY_LINUX = "Rocky Linux"
    SLES = "SUSE Linux Enterprise Server"
    UBUNTU = "Ubuntu"
    OTHER_LINUX = "Linux"
    ESXI = "VMware ESXi"
    FREEBSD = "FreeBSD"
    MACOS = "macOS"
    NETWARE = "NetWare"
    OS2 = "OS/2"
    SOLARIS = "Solaris"
    UNIX = "Unix"


@dataclass(frozen=True, slots=True)
class GuestOs:
    """What is known of a guest operating system; None means that the source did not say.

    `version` is dotted and normalized: a SUSE service pack is the second number ("15.5"), a second
    release of Windows Server keeps its suffix ("2012 R2"), a Windows client keeps its name ("XP").
    """

    family: OsFamily
    product: OsProduct | None = None
    version: str | None = None
    edition: str | None = None
    architecture: Architecture = Architecture.UNKNOWN

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """The leading numbers of `version`: ("8.6") is (8, 6), unknown or named versions are ()."""
        numbers: list[int] = []
        for part in (self.version or "").split("."):
            if not part.isdigit():
                break
            numbers.append(int(part))
        return tuple(numbers)


UNKNOWN_GUEST_OS = GuestOs(family=OsFamily.UNKNOWN)
