"""Every code that a result can carry.

The spelling is that of Azure Migrate's API (2023-03-15: suitabilityExplanation and suitabilityDetail),
so that tools written for it understand ours. Codes of our own are marked.
"""

from collections.abc import Iterable
from enum import StrEnum


class Readiness(StrEnum):
    """The API's `suitability`."""

    SUITABLE = "Suitable"
    CONDITIONALLY_SUITABLE = "ConditionallySuitable"
    READINESS_UNKNOWN = "ReadinessUnknown"
    NOT_SUITABLE = "NotSuitable"
    UNKNOWN = "Unknown"
    """No value yet: the part was not assessed because an earlier stage failed."""


class Issue(StrEnum):
    """Why a machine or a disk is not simply suitable."""

    BOOT_TYPE_NOT_SUPPORTED = "BootTypeNotSupported"
    BOOT_TYPE_UNKNOWN = "BootTypeUnknown"
    WINDOWS_SERVER_CONDITIONAL = "WindowsServerVersionConditionallySupported"
    WINDOWS_NO_LONGER_SUPPORTED = "WindowsOSNoLongerUnderMSSupport"
    WINDOWS_CLIENT_CONDITIONAL = "WindowsClientVersionsConditionallySupported"
    OS_UNKNOWN = "GuestOperatingSystemUnknown"
    OS_CONDITIONAL = "NoGuestOperatingSystemConditionallySupported"
    OS_NOT_SUPPORTED = "GuestOperatingSystemNotSupported"
    """By the owner's own rules only; the documents refuse no operating system as such."""
    OS_ARCHITECTURE = "GuestOperatingSystemArchitectureNotSupported"
    LINUX_ENDORSED_WITH_CONDITIONS = "EndorsedWithConditionsLinuxDistributions"
    LINUX_UNENDORSED = "UnendorsedLinuxDistributions"
    CHECK_RED_HAT_VERSION = "CheckRedHatLinuxVersion"
    CHECK_DEBIAN_VERSION = "CheckDebianLinuxVersion"
    CHECK_SUSE_VERSION = "CheckSuseLinuxVersion"
    CHECK_ORACLE_LINUX_VERSION = "CheckOracleLinuxVersion"
    CHECK_UBUNTU_VERSION = "CheckUbuntuLinuxVersion"
    MORE_DISKS_THAN_SUPPORTED = "MoreDisksThanSupported"
    DISKS_NOT_SUITABLE = "OneOrMoreDisksNotSuitable"
    ADAPTERS_NOT_SUITABLE = "OneOrMoreAdaptersNotSuitable"
    NO_SUITABLE_SIZE = "NoSuitableVmSizeFound"
    NO_SIZE_IN_LOCATION = "NoVmSizeForSelectedAzureLocation"
    NO_SIZE_IN_FAMILY = "NoVmSizeInSelectedFamilyFound"
    NO_SIZE_FOR_STANDARD_TIER = "NoVmSizeForStandardPricingTier"
    NO_SIZE_FOR_BASIC_TIER = "NoVmSizeForBasicPricingTier"
    NO_SIZE_FOR_STORAGE = "NoVmSizeSupportsStoragePerformance"
    NO_SIZE_FOR_NETWORK = "NoVmSizeSupportsNetworkPerformance"
    NO_SIZE_WITH_PRICE = "NoVmSizeFoundForOfferCurrencyReservedInstance"
    CORES_OR_MEMORY_UNKNOWN = "CoresOrMemoryUnknown"
    """Our own: the source does not tell how large the machine is, so nothing can be sized."""
    SIZE_LIMIT_UNKNOWN = "SizeLimitUnknown"
    """Our own: the catalogue lacks a limit of the recommended size that the machine makes use of."""
    DISK_TOO_LARGE = "DiskSizeGreaterThanSupported"
    DISK_NOT_IN_LOCATION = "NoDiskSizeFoundInSelectedLocation"
    DISK_NOT_FOR_REDUNDANCY = "NoDiskSizeFoundForSelectedRedundancy"
    DISK_IOPS = "NoSuitableDiskSizeForIops"
    DISK_THROUGHPUT = "NoSuitableDiskSizeForThroughput"
    DISK_TYPE_NOT_FOR_OS = "DiskTypeNotSupportedForOsDisk"
    """Our own: only Premium SSD v2 or Ultra is allowed, and neither can hold an operating system."""


class DataIssue(StrEnum):
    """What data was missing or doubtful, what has no price, and what will not last."""

    NO_COMPUTE_COST = "CannotReportComputeCost"
    NO_STORAGE_COST = "CannotReportStorageCost"
    NO_BANDWIDTH_COST = "CannotReportBandwidthCosts"
    NO_SECURITY_COST = "CannotReportSecurityCost"
    """Our own: the price of Defender for Servers is not known."""
    LINUX_LICENCE_NOT_PRICED = "LinuxLicenceNotPriced"
    """Our own: the compute cost of RHEL and SLES is that of plain Linux, without their licence."""
    COMPUTE_PRICE_DERIVED = "ComputePriceDerived"
    """Our own: Linux rate under the savings option plus the licence part of pay-as-you-go."""
    SIZE_RETIRES = "RecommendedSizeRetires"
    """Our own: Azure has announced the end of the series; `recommended_size_retires` says when."""
    HDD_FOR_SYSTEM_RETIRES = "StandardHddForOsDiskRetires"
    """Our own: the operating system is to be on a Standard HDD."""
    NUMBER_OF_CORES_MISSING = "NumberOfCoresMissing"
    """Our own."""
    MEMORY_SIZE_MISSING = "MegabytesOfMemoryMissing"
    """Our own."""
    CORES_MISSING = "PercentageOfCoresUtilizedMissing"
    CORES_OUT_OF_RANGE = "PercentageOfCoresUtilizedOutOfRange"
    MEMORY_MISSING = "PercentageOfMemoryUtilizedMissing"
    MEMORY_OUT_OF_RANGE = "PercentageOfMemoryUtilizedOutOfRange"
    DISK_SIZE_MISSING = "DiskGigabytesProvisionedMissing"
    READ_IOPS_MISSING = "NumberOfReadOperationsPerSecondMissing"
    WRITE_IOPS_MISSING = "NumberOfWriteOperationsPerSecondMissing"
    READ_THROUGHPUT_MISSING = "MegabytesPerSecondOfReadMissing"
    WRITE_THROUGHPUT_MISSING = "MegabytesPerSecondOfWriteMissing"
    TRANSMITTED_MISSING = "MegabytesOfDataTransmittedMissing"
    RECEIVED_MISSING = "MegabytesOfDataRecievedMissing"
    """The API's own spelling."""


_WORST_FIRST = (
    Readiness.NOT_SUITABLE,
    Readiness.READINESS_UNKNOWN,
    Readiness.CONDITIONALLY_SUITABLE,
    Readiness.SUITABLE,
)

_CONDITIONAL = frozenset(
    {
        Issue.BOOT_TYPE_UNKNOWN,
        Issue.WINDOWS_SERVER_CONDITIONAL,
        Issue.WINDOWS_NO_LONGER_SUPPORTED,
        Issue.WINDOWS_CLIENT_CONDITIONAL,
        Issue.OS_CONDITIONAL,
        Issue.OS_ARCHITECTURE,
        Issue.LINUX_ENDORSED_WITH_CONDITIONS,
        Issue.LINUX_UNENDORSED,
        Issue.CHECK_RED_HAT_VERSION,
        Issue.CHECK_DEBIAN_VERSION,
        Issue.CHECK_SUSE_VERSION,
        Issue.CHECK_ORACLE_LINUX_VERSION,
        Issue.CHECK_UBUNTU_VERSION,
    }
)
_EFFECT = {
    Issue.OS_UNKNOWN: Readiness.READINESS_UNKNOWN,
    Issue.CORES_OR_MEMORY_UNKNOWN: Readiness.READINESS_UNKNOWN,
    Issue.SIZE_LIMIT_UNKNOWN: Readiness.SUITABLE,
}
OS_ISSUES = frozenset(
    {
        Issue.WINDOWS_SERVER_CONDITIONAL,
        Issue.WINDOWS_NO_LONGER_SUPPORTED,
        Issue.WINDOWS_CLIENT_CONDITIONAL,
        Issue.OS_UNKNOWN,
        Issue.OS_CONDITIONAL,
        Issue.LINUX_ENDORSED_WITH_CONDITIONS,
        Issue.LINUX_UNENDORSED,
        Issue.CHECK_RED_HAT_VERSION,
        Issue.CHECK_DEBIAN_VERSION,
        Issue.CHECK_SUSE_VERSION,
        Issue.CHECK_ORACLE_LINUX_VERSION,
        Issue.CHECK_UBUNTU_VERSION,
    }
)
"""What the operating system itself says, its word size left aside."""
OVERRIDABLE = _CONDITIONAL | {
    Issue.BOOT_TYPE_NOT_SUPPORTED,
    Issue.OS_UNKNOWN,
    Issue.MORE_DISKS_THAN_SUPPORTED,
    Issue.ADAPTERS_NOT_SUITABLE,
    Issue.SIZE_LIMIT_UNKNOWN,
}
"""Issues that an owner may judge otherwise. All others say that there is no Azure disk or size at all."""


def effect(issue: Issue) -> Readiness:
    """The best readiness that a machine or disk with this issue can have."""
    if issue in _CONDITIONAL:
        return Readiness.CONDITIONALLY_SUITABLE
    return _EFFECT.get(issue, Readiness.NOT_SUITABLE)


def worst_of(effects: Iterable[Readiness]) -> Readiness:
    """The readiness that several issues leave: the worst of their effects, none leaves Suitable."""
    found = set(effects)
    return next((readiness for readiness in _WORST_FIRST if readiness in found), Readiness.SUITABLE)
