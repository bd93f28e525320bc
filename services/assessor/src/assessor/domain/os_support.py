"""Which guest operating systems Azure supports: dated tables.

Sources: Azure Migrate, "Azure VM assessments" (2025-02-06) merged with "Azure VM assessment"
(2024-06-24) for Windows; "Endorsed Linux distributions on Azure" (2024-11-14) for Linux.
Windows Server 2025, Windows 8.1 and 11 are our additions (ADR 0011).
"""

from assessor.domain.issues import Issue
from surveyor_inventory.guest_os import OsProduct

READY_WINDOWS_SERVERS = frozenset(
    {"2008", "2008 R2", "2012", "2012 R2", "2016", "2019", "2022", "2025"},
)
WINDOWS_SERVERS_WITHOUT_UEFI = frozenset({"2003", "2003 R2", "2008", "2008 R2"})
READY_32_BIT_WINDOWS_SERVERS = frozenset({"2008"})
LICENSED_WINDOWS_CLIENTS = frozenset({"7", "8", "8.1", "10", "11"})
"""Run under a Visual Studio subscription or hosting rights; older clients have no support at all."""

ANY_VERSION: frozenset[tuple[int, ...]] = frozenset({()})
ENDORSED_LINUX: dict[OsProduct, frozenset[tuple[int, ...]]] = {
    OsProduct.ALMALINUX: ANY_VERSION,
    OsProduct.UBUNTU: frozenset({(22, 4), (24, 4)}),
    OsProduct.DEBIAN: frozenset({(11,), (12,)}),
    OsProduct.FLATCAR: ANY_VERSION,
    OsProduct.ORACLE_LINUX: ANY_VERSION,
    OsProduct.RHEL: ANY_VERSION,
    OsProduct.ROCKY_LINUX: ANY_VERSION,
    OsProduct.SLES: frozenset({(12, 5), (15, 5), (15, 6), (15, 7), (16,)}),
}
"""Leading numbers of the endorsed versions; the page names none for four distributions."""

CHECK_VERSION = {
    OsProduct.RHEL: Issue.CHECK_RED_HAT_VERSION,
    OsProduct.DEBIAN: Issue.CHECK_DEBIAN_VERSION,
    OsProduct.SLES: Issue.CHECK_SUSE_VERSION,
    OsProduct.ORACLE_LINUX: Issue.CHECK_ORACLE_LINUX_VERSION,
    OsProduct.UBUNTU: Issue.CHECK_UBUNTU_VERSION,
}

# Source: Azure Migrate, "Azure VM assessments" (2025-02-06), security readiness.
DEFENDER_WINDOWS_SERVERS = frozenset({"2008 R2", "2012 R2", "2016", "2019", "2022"})
DEFENDER_LINUX: dict[OsProduct, tuple[tuple[int, ...], ...]] = {
    OsProduct.RHEL: ((7, 2), (8,), (9,)),
    OsProduct.UBUNTU: ((16, 4), (18, 4), (20, 4), (22, 4)),
    OsProduct.SLES: ((12,), (15,)),
    OsProduct.DEBIAN: ((9,), (10,), (11,)),
    OsProduct.ORACLE_LINUX: ((7, 2), (8,)),
    OsProduct.AMAZON_LINUX: ((2,),),
}
"""Oldest supported version of each supported release: (7, 2) means 7.2 and newer 7.x."""
