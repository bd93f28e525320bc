"""Readiness for Microsoft Defender for Servers.

Source: Azure Migrate, "Azure VM assessments" (2025-02-06), security readiness.
"""

from assessor.domain.catalogue import VmSize
from assessor.domain.issues import Readiness
from assessor.domain.machine import Machine
from assessor.domain.os_support import DEFENDER_LINUX, DEFENDER_WINDOWS_SERVERS
from surveyor_inventory.guest_os import GuestOs, OsProduct

_MIN_VCPUS = 2
_MIN_MEMORY_GIB = 1
_MIN_DISK_GIB = 2


def security_readiness(machine: Machine, size: VmSize | None, readiness: Readiness) -> Readiness:
    """Suitable, or ConditionallySuitable below the minimum and for systems that are not listed.

    The minimum is tested on the recommended size and the sum of the source's disks. A machine that is
    not suitable for Azure is not suitable here.
    """
    if readiness is Readiness.NOT_SUITABLE or size is None:
        return Readiness.NOT_SUITABLE
    large_enough = (
        size.vcpus >= _MIN_VCPUS
        and (size.memory_gib or 0) >= _MIN_MEMORY_GIB
        and sum(disk.size_gib or 0 for disk in machine.disks) >= _MIN_DISK_GIB
    )
    supported = large_enough and _is_supported(machine.guest_os)
    return Readiness.SUITABLE if supported else Readiness.CONDITIONALLY_SUITABLE


def _is_supported(guest_os: GuestOs) -> bool:
    if guest_os.product is OsProduct.WINDOWS_SERVER:
        return guest_os.version in DEFENDER_WINDOWS_SERVERS
    if guest_os.product is None:
        return False
    version = guest_os.version_numbers
    return any(_is_release(version, oldest) for oldest in DEFENDER_LINUX.get(guest_os.product, ()))


def _is_release(version: tuple[int, ...], oldest: tuple[int, ...]) -> bool:
    """Same first number, and not older: 7.9 is a release of (7, 2), 7.1 and 8.0 are not."""
    return version[:1] == oldest[:1] and version >= oldest
