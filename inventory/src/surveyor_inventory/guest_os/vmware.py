"""VMware's own vocabulary: guest ids and the detailed data of VMware Tools."""

import re

from surveyor_inventory.guest_os.architecture import parse_architecture
from surveyor_inventory.guest_os.model import Architecture

# Stem of a guest id (without "_64Guest", "64Guest" or "Guest") to a name that the name tables know.
# Source: vSphere Web Services API, VirtualMachineGuestOsIdentifier (8.0.2).
_NAMES_BY_STEM = {
    "dos": "MS-DOS",
    "win31": "Windows 3.1",
    "win95": "Windows 95",
    "win98": "Windows 98",
    "winMe": "Windows ME",
    "winNT": "Windows NT",
    "win2000Pro": "Windows 2000 Professional",
    "win2000Serv": "Windows 2000",
    "win2000AdvServ": "Windows 2000",
    "winXPHome": "Windows XP Home",
    "winXPPro": "Windows XP Professional",
    "winNetWeb": "Windows Server 2003 Web",
    "winNetStandard": "Windows Server 2003 Standard",
    "winNetEnterprise": "Windows Server 2003 Enterprise",
    "winNetDatacenter": "Windows Server 2003 Datacenter",
    "winNetBusiness": "Windows Server 2003 Small Business",
    "winLonghorn": "Windows Server 2008",
    "winVista": "Windows Vista",
    "windows7": "Windows 7",
    "windows7Server": "Windows Server 2008 R2",
    "windows8": "Windows 8",
    "windows8Server": "Windows Server 2012",
    "windows9": "Windows 10",
    "windows9Server": "Windows Server 2016",
    "windows11": "Windows 11",
    "windows12": "Windows 12",
    "windowsHyperV": "Windows Hyper-V",
    "windows2019srv": "Windows Server 2019",
    "windows2019srvNext": "Windows Server 2022",
    "windows2022srvNext": "Windows Server 2025",
    "redhat": "Red Hat Linux",
    "oes": "Novell Open Enterprise Server",
    "nld9": "Novell Linux Desktop",
    "sjds": "Sun Java Desktop System",
    "suse": "SUSE Linux",
    "vmwarePhoton": "VMware Photon OS",
    "coreos": "CoreOS Linux",
    "vmkernel": "VMware ESX 4",
    "vmkernel65": "VMware ESXi 6.5",
    "os2": "OS/2",
    "openServer": "SCO OpenServer",
    "unixWare": "SCO UnixWare",
    "miraclelinux": "Miracle Linux",
    "fusionos": "FusionOS Linux",
    "prolinux": "ProLinux",
    "kylinlinux": "Kylin Linux",
}
# Stem without its trailing number to the name that the number follows.
_NAMES_BY_PREFIX = {
    "rhel": "Red Hat Enterprise Linux",
    "centos": "CentOS",
    "oracleLinux": "Oracle Linux",
    "sles": "SUSE Linux Enterprise Server",
    "opensuse": "openSUSE",
    "ubuntu": "Ubuntu",
    "debian": "Debian GNU/Linux",
    "fedora": "Fedora",
    "rockylinux": "Rocky Linux",
    "almalinux": "AlmaLinux",
    "amazonlinux": "Amazon Linux",
    "asianux": "Asianux",
    "mandrake": "Mandrake",
    "mandriva": "Mandriva",
    "turboLinux": "TurboLinux",
    "pardus": "Pardus",
    "flatcar": "Flatcar",
    "freebsd": "FreeBSD",
    "solaris": "Solaris",
    "darwin": "Darwin",
    "netware": "NetWare",
    "eComStation": "eComStation",
    "vmkernel": "VMware ESXi",
    "openServer": "OpenServer",
    "unixWare": "UnixWare",
    "genericLinux": "Linux",
    "otherLinux": "Linux",
}
_SUFFIX = re.compile(r"(_?64)?Guest(64)?$")
_DARWIN = re.compile(r"^darwin(\d+)$")
_FIRST_DARWIN_OF_MACOS_11 = 20
_OTHER_LINUX = re.compile(r"^other\d+xLinux$")
_ENTRY = re.compile(r"(\w+)='([^']*)'")


def name_of_guest_id(guest_id: str) -> tuple[str | None, Architecture]:
    """Translate a guest id such as "rhel8_64Guest"; the name is None for ids that name no system."""
    suffix = _SUFFIX.search(guest_id)
    if suffix is None:
        return None, Architecture.UNKNOWN
    stem = guest_id[: suffix.start()]
    is_64_bit = bool(suffix.group(1) or suffix.group(2))
    return _name_of_stem(stem), Architecture.X64 if is_64_bit else Architecture.X86


def _name_of_stem(stem: str) -> str | None:
    if stem in _NAMES_BY_STEM:
        return _NAMES_BY_STEM[stem]
    if _OTHER_LINUX.match(stem):
        return "Linux"
    if (darwin := _DARWIN.match(stem)) is not None:
        return _macos_of_darwin(int(darwin.group(1)))
    prefix = stem.rstrip("0123456789")
    if prefix in _NAMES_BY_PREFIX:
        return f"{_NAMES_BY_PREFIX[prefix]} {stem[len(prefix) :]}".strip()
    return None


def _macos_of_darwin(darwin: int) -> str:
    """Darwin 10 is Mac OS X 10.6, Darwin 19 is macOS 10.15, Darwin 20 is macOS 11."""
    is_whole = darwin >= _FIRST_DARWIN_OF_MACOS_11
    return f"macOS {darwin - 9}" if is_whole else f"macOS 10.{darwin - 4}"


def detailed_data_fields(text: str) -> dict[str, str]:
    """Split VMware Tools' detailed data, `key='value' key='value' …`."""
    return dict(_ENTRY.findall(text))


def detailed_architecture(fields: dict[str, str]) -> Architecture:
    """Word size from the fields `architecture` ("X86", "Arm") and `bitness` ("64")."""
    if fields.get("architecture", "").lower().startswith("arm"):
        return Architecture.ARM64
    return parse_architecture(fields.get("bitness"))
