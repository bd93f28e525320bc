"""Every source's wording leads to the same family, product, version and word size."""

import pytest
from pyVmomi import vim

from surveyor_inventory.guest_os import (
    Architecture,
    GuestOs,
    OsFamily,
    OsProduct,
    guest_os_from_detailed_data,
    identify_guest_os,
    parse_architecture,
    prefer_reported,
)

SERVER, CLIENT = OsProduct.WINDOWS_SERVER, OsProduct.WINDOWS_CLIENT
RHEL, CENTOS, UBUNTU, DEBIAN, SLES = (
    OsProduct.RHEL,
    OsProduct.CENTOS,
    OsProduct.UBUNTU,
    OsProduct.DEBIAN,
    OsProduct.SLES,
)

WINDOWS_NAMES = [
    ("Microsoft Windows Server 2019 (64-bit)", SERVER, "2019"),
    ("Microsoft Windows Server 2016 or later (64-bit)", SERVER, "2016"),
    ("Microsoft Windows Server 2012 R2 Standard", SERVER, "2012 R2"),
    ("Windows Server 2022 Datacenter Evaluation", SERVER, "2022"),
    ("Microsoft Windows Server 2008 R2 (64-bit)", SERVER, "2008 R2"),
    ("Microsoft Windows Server 2008 (32-bit)", SERVER, "2008"),
    ("Windows Server® 2008 Standard", SERVER, "2008"),
    ("Microsoft Windows Server 2003, Enterprise Edition", SERVER, "2003"),
    ("Microsoft Windows Server 2003 R2 Standard x64 Edition", SERVER, "2003 R2"),
    ("Microsoft Small Business Server 2003 (32-bit)", SERVER, "2003"),
    ("Windows 2012 R2", SERVER, "2012 R2"),
    ("Windows Server 2012R2 Datacenter", SERVER, "2012 R2"),
    ("Windows Server 2008R2", SERVER, "2008 R2"),
    ("Windows Server, version 1909", SERVER, "1909"),
    ("Windows Server 2025 Standard", SERVER, "2025"),
    ("Windows Server", SERVER, None),
    ("Microsoft Windows 10 (64-bit)", CLIENT, "10"),
    ("Windows 10 Pro", CLIENT, "10"),
    ("Windows 11 Enterprise", CLIENT, "11"),
    ("Microsoft Windows 8.x (64-bit)", CLIENT, "8"),
    ("Windows 8.1", CLIENT, "8.1"),
    ("Microsoft Windows 7 (32-bit)", CLIENT, "7"),
    ("Microsoft Windows XP Professional (32-bit)", CLIENT, "XP"),
    ("Microsoft Windows Vista (64-bit)", CLIENT, "Vista"),
    ("Microsoft Windows 2000 Server", CLIENT, "2000"),
    ("Microsoft Windows NT", CLIENT, "NT"),
    ("Microsoft Windows 98", CLIENT, "98"),
    ("Microsoft Windows 3.1", CLIENT, "3.1"),
    ("Microsoft MS-DOS", OsProduct.MS_DOS, None),
    ("Windows 10 Enterprise 2016 LTSB", CLIENT, "10"),
    ("Windows 10 Enterprise LTSC 2019", CLIENT, "10"),
    ("Windows Embedded Standard 7", CLIENT, "7"),
    ("Windows Small Business Server 2011 Standard", SERVER, "2008 R2"),
    ("Windows Home Server 2011", SERVER, "2008 R2"),
    ("Windows Storage Server 2012 R2 Standard", SERVER, "2012 R2"),
    ("Windows Server 2022 Datacenter Azure Edition", SERVER, "2022"),
    ("Microsoft(R) Windows(R) Server 2003, Standard Edition", SERVER, "2003"),
    ("Microsoft Hyper-V Server 2012 R2", SERVER, "2012 R2"),
    ("Azure Stack HCI", SERVER, None),
    ("Win2012R2", SERVER, "2012 R2"),
    ("WIN2016", SERVER, "2016"),
    ("Windows2019", SERVER, "2019"),
    ("Windows Server 2k8 R2", SERVER, "2008 R2"),
    ("Win 2k16", SERVER, "2016"),
    ("Win10", CLIENT, "10"),
    ("Win2k", CLIENT, "2000"),
]
LINUX_NAMES = [
    ("Red Hat Enterprise Linux 8 (64-bit)", RHEL, "8"),
    ("Red Hat Enterprise Linux 8.6 (Ootpa)", RHEL, "8.6"),
    ("Red Hat Enterprise Linux Server release 7.9 (Maipo)", RHEL, "7.9"),
    ("RHEL 9.2", RHEL, "9.2"),
    ("CentOS 4/5 or later (64-bit)", CENTOS, None),
    ("CentOS 4/5/6/7 (64-bit)", CENTOS, None),
    ("CentOS 7 (64-bit)", CENTOS, "7"),
    ("CentOS Linux release 7.9.2009 (Core)", CENTOS, "7.9.2009"),
    ("CentOS Stream 9", OsProduct.CENTOS_STREAM, "9"),
    ("Oracle Linux 4/5 or later (64-bit)", OsProduct.ORACLE_LINUX, None),
    ("Oracle Linux Server 8.7", OsProduct.ORACLE_LINUX, "8.7"),
    ("Ubuntu Linux (64-bit)", UBUNTU, None),
    ("Ubuntu 22.04.3 LTS", UBUNTU, "22.04.3"),
    ("Debian GNU/Linux 12 (64-bit)", DEBIAN, "12"),
    ("Debian GNU/Linux 11 (bullseye)", DEBIAN, "11"),
    ("SUSE Linux Enterprise 12 (64-bit)", SLES, "12"),
    ("SUSE Linux Enterprise Server 15 SP5", SLES, "15.5"),
    ("SLES 12 SP5", SLES, "12.5"),
    ("SLES 15.6", SLES, "15.6"),
    ("openSUSE Leap 15.4", OsProduct.OPENSUSE, "15.4"),
    ("Rocky Linux 9.2 (Blue Onyx)", OsProduct.ROCKY_LINUX, "9.2"),
    ("AlmaLinux (64-bit)", OsProduct.ALMALINUX, None),
    ("AlmaLinux OS 9.4", OsProduct.ALMALINUX, "9.4"),
    ("Fedora Linux 40 (Server Edition)", OsProduct.FEDORA, "40"),
    ("Amazon Linux 2 (64-bit)", OsProduct.AMAZON_LINUX, "2"),
    ("Flatcar Container Linux by Kinvolk 3510.2.0", OsProduct.FLATCAR, "3510.2.0"),
    ("VMware Photon OS (64-bit)", OsProduct.PHOTON, None),
    ("CoreOS Linux (64-bit)", OsProduct.COREOS, None),
    ("Other 3.x or later Linux (64-bit)", OsProduct.OTHER_LINUX, None),
    ("Other Linux (32-bit)", OsProduct.OTHER_LINUX, None),
    ("Asianux Server 7 (64 bit)", OsProduct.OTHER_LINUX, None),
    ("RHEL8", RHEL, "8"),
    ("rhel7.9", RHEL, "7.9"),
    ("RedHat 7.9", RHEL, "7.9"),
    ("Red Hat Enterprise 8.4", RHEL, "8.4"),
    ("Red Hat Linux 2.1", OsProduct.OTHER_LINUX, None),
    ("Red Hat Enterprise Linux CoreOS 413.92.202307260246-0 (Plow)", OsProduct.COREOS, "413.92.202307260246"),
    ("Red Hat Fedora (64-bit)", OsProduct.FEDORA, None),
    ("Fedora CoreOS 38", OsProduct.COREOS, "38"),
    ("OL8", OsProduct.ORACLE_LINUX, "8"),
    ("OEL 7", OsProduct.ORACLE_LINUX, "7"),
    ("OracleLinux 8.5", OsProduct.ORACLE_LINUX, "8.5"),
    ("Ubuntu Pro 20.04", UBUNTU, "20.04"),
    ("SLES12SP3", SLES, "12.3"),
    ("SUSE Linux 11 SP4", SLES, "11.4"),
    ("SUSE Linux Enterprise High Performance Computing 15 SP3", SLES, "15.3"),
    ("SUSE Linux Enterprise Server for SAP Applications 15 SP4", SLES, "15.4"),
    ("SUSE Linux Enterprise Desktop 15 SP3", OsProduct.OTHER_LINUX, None),
    ("SUSE Linux Enterprise Micro 5.3", OsProduct.OTHER_LINUX, None),
    ("SUSE Linux (64-bit)", OsProduct.OTHER_LINUX, None),
    ("VMware Photon Linux 4.0", OsProduct.PHOTON, "4.0"),
    ("TencentOS Server 3.1", OsProduct.OTHER_LINUX, None),
    ("FusionOS (64-bit)", OsProduct.OTHER_LINUX, None),
    ("Gentoo", OsProduct.OTHER_LINUX, None),
    ("openEuler 22.03 LTS", OsProduct.OTHER_LINUX, None),
    ("Linux 5.4.0-105-generic Ubuntu 20.04.4 LTS Ubuntu 20.04.4 LTS", UBUNTU, "20.04.4"),
    ("Linux 5.3.18-57-default SUSE Linux Enterprise Server 15 SP3", SLES, "15.3"),
]
OTHER_NAMES = [
    ("Oracle Solaris 11 (64-bit)", OsProduct.SOLARIS, "11"),
    ("FreeBSD 13 or later versions (64-bit)", OsProduct.FREEBSD, None),
    ("FreeBSD 13.2", OsProduct.FREEBSD, "13.2"),
    ("Apple macOS 12 (64-bit)", OsProduct.MACOS, "12"),
    ("Apple Mac OS X 10.9 (64-bit)", OsProduct.MACOS, "10.9"),
    ("Novell NetWare 6.x", OsProduct.NETWARE, None),
    ("IBM OS/2", OsProduct.OS2, None),
    ("VMware ESXi 6.5 or later", OsProduct.ESXI, None),
    ("SCO OpenServer 6", OsProduct.UNIX, "6"),
    ("Apple Mac OS X Server 10.5 (64-bit)", OsProduct.MACOS, "10.5"),
    ("TrueNAS CORE 13", OsProduct.FREEBSD, None),
    ("pfSense 2.6", OsProduct.FREEBSD, None),
]


@pytest.mark.parametrize(("name", "product", "version"), WINDOWS_NAMES)
def test_windows_name_gives_release(name: str, product: OsProduct, version: str | None) -> None:
    guest_os = identify_guest_os(name)
    assert (guest_os.family, guest_os.product, guest_os.version) == (OsFamily.WINDOWS, product, version)


@pytest.mark.parametrize(("name", "product", "version"), LINUX_NAMES)
def test_linux_name_gives_distribution(name: str, product: OsProduct, version: str | None) -> None:
    guest_os = identify_guest_os(name)
    assert (guest_os.family, guest_os.product, guest_os.version) == (OsFamily.LINUX, product, version)


@pytest.mark.parametrize(("name", "product", "version"), OTHER_NAMES)
def test_other_systems_are_neither_windows_nor_linux(
    name: str, product: OsProduct, version: str | None
) -> None:
    guest_os = identify_guest_os(name)
    assert (guest_os.family, guest_os.product, guest_os.version) == (OsFamily.OTHER, product, version)


@pytest.mark.parametrize("name", [None, "", "Other", "Other (64-bit)", "Unknown", "Plan 9"])
def test_name_that_says_nothing_is_unknown(name: str | None) -> None:
    assert identify_guest_os(name).family is OsFamily.UNKNOWN


@pytest.mark.parametrize(
    ("guest_id", "product", "version", "architecture"),
    [
        ("windows2019srv_64Guest", SERVER, "2019", Architecture.X64),
        ("windows2019srvNext_64Guest", SERVER, "2022", Architecture.X64),
        ("windows9Server64Guest", SERVER, "2016", Architecture.X64),
        ("windows7Server64Guest", SERVER, "2008 R2", Architecture.X64),
        ("winLonghornGuest", SERVER, "2008", Architecture.X86),
        ("winNetEnterpriseGuest", SERVER, "2003", Architecture.X86),
        ("windows9_64Guest", CLIENT, "10", Architecture.X64),
        ("winXPProGuest", CLIENT, "XP", Architecture.X86),
        ("rhel8_64Guest", RHEL, "8", Architecture.X64),
        ("centos64Guest", CENTOS, None, Architecture.X64),
        ("ubuntu64Guest", UBUNTU, None, Architecture.X64),
        ("debian12_64Guest", DEBIAN, "12", Architecture.X64),
        ("sles15_64Guest", SLES, "15", Architecture.X64),
        ("other3xLinux64Guest", OsProduct.OTHER_LINUX, None, Architecture.X64),
        ("vmkernel7Guest", OsProduct.ESXI, "7", Architecture.X86),
        ("solaris11_64Guest", OsProduct.SOLARIS, "11", Architecture.X64),
        ("otherGuest64", None, None, Architecture.X64),
        ("windows2022srvNext_64Guest", SERVER, "2025", Architecture.X64),
        ("rhel9_64Guest", RHEL, "9", Architecture.X64),
        ("vmwarePhoton64Guest", OsProduct.PHOTON, None, Architecture.X64),
        ("darwin10Guest", OsProduct.MACOS, "10.6", Architecture.X86),
        ("darwin19_64Guest", OsProduct.MACOS, "10.15", Architecture.X64),
        ("darwin23_64Guest", OsProduct.MACOS, "14", Architecture.X64),
    ],
)
def test_guest_id_alone_is_enough(
    guest_id: str, product: OsProduct | None, version: str | None, architecture: Architecture
) -> None:
    guest_os = identify_guest_os(None, guest_id=guest_id)
    assert (guest_os.product, guest_os.version, guest_os.architecture) == (product, version, architecture)


def test_every_guest_id_of_the_api_except_other_is_known() -> None:
    ids: list[str] = vim.vm.GuestOsDescriptor.GuestOsIdentifier.values  # type: ignore[attr-defined]
    unknown = {i for i in ids if identify_guest_os(None, guest_id=i).family is OsFamily.UNKNOWN}
    assert unknown == {"otherGuest", "otherGuest64", "crxPod1Guest", "crxSys1Guest"}


def test_guest_id_fills_the_version_that_the_name_lacks() -> None:
    assert identify_guest_os("Red Hat Enterprise Linux", guest_id="rhel9_64Guest").version == "9"


def test_separate_version_is_more_exact_than_the_name() -> None:
    assert identify_guest_os("Red Hat Enterprise Linux 8", version="8.6").version == "8.6"


@pytest.mark.parametrize(
    ("name", "version", "release"),
    [
        ("Windows Server", "10.0.20348", "2022"),
        ("Windows Server", "10.0.17763.5122", "2019"),
        ("Windows Server", "10.0.14393", "2016"),
        ("Windows Server", "6.3", "2012 R2"),
        ("Microsoft Windows Server", "2012 R2", "2012 R2"),
        ("Windows Server 2016", "10.0.17763", "2016"),
        ("Windows Server", "10.0", None),
        ("Windows Server", "SP2", None),
        ("Windows Server", None, None),
    ],
)
def test_separate_version_counts_for_a_windows_name_without_release(
    name: str, version: str | None, release: str | None
) -> None:
    assert identify_guest_os(name, version=version).version == release


@pytest.mark.parametrize("kernel", ["5.14.0", "4.18.0-372.el8", "6.8.0"])
def test_kernel_release_of_a_hyperv_guest_is_no_version(kernel: str) -> None:
    assert identify_guest_os("Red Hat Enterprise Linux", version=kernel).version is None


def test_explicit_architecture_wins_over_the_name() -> None:
    assert identify_guest_os("CentOS 7 (64-bit)", architecture="x86").architecture is Architecture.X86


@pytest.mark.parametrize(
    ("text", "architecture"),
    [
        ("x64", Architecture.X64),
        ("AMD64", Architecture.X64),
        ("64-bit", Architecture.X64),
        ("9", Architecture.X64),
        ("32-bit", Architecture.X86),
        ("X86", Architecture.X86),
        ("", Architecture.UNKNOWN),
        (None, Architecture.UNKNOWN),
    ],
)
def test_architecture_words_are_understood(text: str | None, architecture: Architecture) -> None:
    assert parse_architecture(text) is architecture


def test_recent_windows_servers_are_64_bit_without_saying_so() -> None:
    assert identify_guest_os("Windows Server 2019 Standard").architecture is Architecture.X64


def test_edition_is_kept_and_spelt_one_way() -> None:
    assert identify_guest_os("Windows 10 Professional").edition == "Pro"
    assert identify_guest_os("Windows Server 2019 datacenter").edition == "Datacenter"


def test_detailed_data_of_vmware_tools_is_read() -> None:
    text = (
        "architecture='X86' bitness='64' distroName='Ubuntu' distroVersion='22.04' familyName='Linux' "
        "kernelVersion='5.15.0-91-generic' prettyName='Ubuntu 22.04.3 LTS'"
    )
    assert guest_os_from_detailed_data(text) == GuestOs(
        OsFamily.LINUX, UBUNTU, "22.04.3", None, Architecture.X64
    )


def test_guest_overrides_a_linux_configuration_but_never_a_windows_one() -> None:
    configured_linux = identify_guest_os("Ubuntu Linux (64-bit)")
    configured_windows = identify_guest_os("Microsoft Windows Server 2016 or later (64-bit)")
    reported = identify_guest_os("Rocky Linux 9.2")
    assert prefer_reported(configured_linux, reported) == reported
    assert prefer_reported(configured_windows, reported) == configured_windows
    assert prefer_reported(configured_linux, None) == configured_linux
    assert prefer_reported(configured_linux, identify_guest_os("Other")) == configured_linux


def test_version_numbers_stop_at_words() -> None:
    assert identify_guest_os("RHEL 8.6").version_numbers == (8, 6)
    assert identify_guest_os("Windows Server 2012 R2").version_numbers == ()
