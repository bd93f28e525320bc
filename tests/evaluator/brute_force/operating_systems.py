"""What guest operating systems come to, name by name, read off the documented table.

Sources: "Azure VM assessments in Azure Migrate" (2025-02-06), guest operating system; "Endorsed Linux
distributions on Azure" (2024-11-14); "Troubleshoot assessment" (2021-07-28) for minor versions.
"""

from dataclasses import dataclass

READY, CONDITIONAL, UNKNOWN = "Suitable", "ConditionallySuitable", "ReadinessUnknown"
SERVER_PAST_SUPPORT = "WindowsServerVersionConditionallySupported"
NO_SUPPORT = "WindowsOSNoLongerUnderMSSupport"
CLIENT = "WindowsClientVersionsConditionallySupported"
UNENDORSED = "UnendorsedLinuxDistributions"
MINOR_VERSION = "EndorsedWithConditionsLinuxDistributions"
OTHER = "NoGuestOperatingSystemConditionallySupported"
WORD_SIZE = "GuestOperatingSystemArchitectureNotSupported"
NOT_KNOWN = "GuestOperatingSystemUnknown"


@dataclass(frozen=True)
class OperatingSystem:
    """A name as sources write it, and what the rules make of it."""

    name: str | None
    category: str
    issues: frozenset[str] = frozenset()
    is_windows: bool = False
    boots_uefi: bool = True
    architecture: str | None = None
    ready_when_imported: bool = False
    """A hypervisor's word counts with a minor version only; an import's without."""

    def verdict(self, *, imported: bool) -> tuple[str, frozenset[str]]:
        if imported and self.ready_when_imported:
            return READY, frozenset()
        return self.category, self.issues


def _windows(
    names: list[str], *issues: str, uefi: bool = True, architecture: str | None = None
) -> list[OperatingSystem]:
    category = CONDITIONAL if issues else READY
    return [OperatingSystem(name, category, frozenset(issues), True, uefi, architecture) for name in names]


def _others(
    names: list[str],
    *issues: str,
    category: str | None = None,
    imported: bool = False,
    architecture: str | None = None,
) -> list[OperatingSystem]:
    chosen = category or (CONDITIONAL if issues else READY)
    return [
        OperatingSystem(
            name, chosen, frozenset(issues), architecture=architecture, ready_when_imported=imported
        )
        for name in names
    ]


OPERATING_SYSTEMS: tuple[OperatingSystem, ...] = (
    *_windows(
        [
            f"Microsoft Windows Server {year} (64-bit)"
            for year in ("2012", "2012 R2", "2016", "2019", "2022", "2025")
        ]
    ),
    *_windows([f"Windows Server {year} Datacenter" for year in ("2012", "2012 R2", "2016", "2019", "2022")]),
    *_windows(["Microsoft Windows Server 2016 or later (64-bit)"]),
    *_windows(
        ["Windows Server 2008 R2 SP1 Standard", "Microsoft Windows Server 2008 R2 (64-bit)"], uefi=False
    ),
    *_windows(
        ["Microsoft Windows Server 2008 (32-bit)", "Microsoft Windows Server 2008 (64-bit)"], uefi=False
    ),
    *_windows(["Windows Server 2008"], uefi=False, architecture="X86"),
    *_windows(
        ["Microsoft Windows Server 2003 Standard (64-bit)", "Windows Server 2003 R2"],
        SERVER_PAST_SUPPORT,
        uefi=False,
    ),
    *_windows(["Microsoft Windows Server 2003 (32-bit)"], SERVER_PAST_SUPPORT, WORD_SIZE, uefi=False),
    *_windows(["Windows Server 2019"], WORD_SIZE, architecture="X86"),
    *_windows(["Microsoft Windows Server 2012 (32-bit)"], WORD_SIZE),
    *_windows(
        [
            "Microsoft Windows 7 (64-bit)",
            "Windows 8.1",
            "Microsoft Windows 8 (64-bit)",
            "Windows 10 Pro",
            "Microsoft Windows 10 (64-bit)",
            "Windows 10 Enterprise",
            "Windows 11 Enterprise",
        ],
        CLIENT,
    ),
    *_windows(["Windows Vista", "Windows 98", "Windows 95", "Windows 3.1"], NO_SUPPORT),
    *_windows(["Microsoft Windows XP Professional (32-bit)"], NO_SUPPORT, WORD_SIZE),
    *_others(
        [
            "Ubuntu 22.04 LTS",
            "Ubuntu 22.04.3 LTS",
            "Ubuntu 24.04",
            "Debian GNU/Linux 12.4",
            "Debian GNU/Linux 11.7 (bullseye)",
            "Red Hat Enterprise Linux 8.6",
            "RHEL 9.2",
            "Red Hat Enterprise Linux release 7.9 (Maipo)",
            "SUSE Linux Enterprise Server 12 SP5",
            "SUSE Linux Enterprise Server 15 SP6",
            "SLES 15 SP5",
            "Oracle Linux 8.4",
            "AlmaLinux 9.2",
            "Rocky Linux 9.3",
            "Flatcar Container Linux 3510.2",
        ]
    ),
    *_others(["Ubuntu 22.04"], WORD_SIZE, architecture="X86"),
    *_others(["Ubuntu 20.04 LTS", "Ubuntu 18.04.6 LTS", "SUSE Linux Enterprise Server 15 SP3"], UNENDORSED),
    *_others(
        [
            "CentOS 7 (64-bit)",
            "CentOS Linux 7.9",
            "CentOS 8.2",
            "Amazon Linux 2 (64-bit)",
            "Fedora 38",
            "openSUSE Leap 15.5",
            "Arch Linux",
            "Other Linux (64-bit)",
            "Other 4.x Linux (64-bit)",
            "Other 3.x or later Linux (64-bit)",
        ],
        UNENDORSED,
    ),
    *_others(["Ubuntu Linux (64-bit)"], "CheckUbuntuLinuxVersion"),
    *_others(["Red Hat Enterprise Linux"], "CheckRedHatLinuxVersion"),
    *_others(["Red Hat Enterprise Linux 8 (64-bit)"], "CheckRedHatLinuxVersion", imported=True),
    *_others(["Debian GNU/Linux 11 (64-bit)"], "CheckDebianLinuxVersion", imported=True),
    *_others(["Oracle Linux 8 (64-bit)"], "CheckOracleLinuxVersion", imported=True),
    *_others(["AlmaLinux (64-bit)", "Rocky Linux (64-bit)"], MINOR_VERSION),
    *_others(
        [
            "FreeBSD 12 (64-bit)",
            "Oracle Solaris 11 (64-bit)",
            "Apple macOS 12 (64-bit)",
            "Apple Mac OS X 10.15 (64-bit)",
        ],
        OTHER,
    ),
    *_others(["Other (64-bit)", "Other", "", "   "], NOT_KNOWN, category=UNKNOWN),
    OperatingSystem(None, UNKNOWN, frozenset({NOT_KNOWN})),
)
