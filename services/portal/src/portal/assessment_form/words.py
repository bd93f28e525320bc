"""The words for the values that properties take."""

from enum import StrEnum

from portal.assessment_form.fields import Choices
from portal.formatting import SAVINGS_OPTIONS
from surveyor_schemas.assessments.assessment_settings_v1 import ENTERPRISE_AGREEMENT, PAY_AS_YOU_GO
from surveyor_schemas.assessments.choices import (
    AzureDiskType,
    EnvironmentType,
    HybridBenefit,
    LinuxHybridBenefit,
    Percentile,
    PricingTier,
    SavingsOption,
    SecurityOffering,
    SizingCriterion,
    Stage,
    StorageRedundancy,
    TimeRange,
    VmSecurityOption,
)


def _choices(kind: type[StrEnum], **words: str) -> Choices:
    """Offer every value of a property, each with its words."""
    return tuple((value.value, words.get(value.name, value.value)) for value in kind)


CRITERIA = _choices(
    SizingCriterion,
    PERFORMANCE_BASED="Performance-based: by what machines use",
    AS_ON_PREMISES="As on-premises: by what machines are given",
)
TIME_RANGES = _choices(
    TimeRange, DAY="1 day", WEEK="1 week", MONTH="1 month", CUSTOM="Custom: from and until"
)
PERCENTILES = _choices(Percentile, P50="50th", P90="90th", P95="95th", P99="99th")
SAVINGS: Choices = tuple((option.value, SAVINGS_OPTIONS[option.value]) for option in SavingsOption)
DISK_TYPES = _choices(
    AzureDiskType,
    STANDARD="Standard HDD",
    STANDARD_SSD="Standard SSD",
    PREMIUM="Premium SSD",
    STANDARD_OR_PREMIUM="Automatic: the cheapest that fits",
    ULTRA="Ultra Disk",
    PREMIUM_V2="Premium SSD v2",
)
REDUNDANCIES = _choices(
    StorageRedundancy,
    LOCALLY_REDUNDANT="Locally redundant (LRS)",
    ZONE_REDUNDANT="Zone-redundant (ZRS)",
    GEO_REDUNDANT="Geo-redundant (GRS)",
    READ_ACCESS_GEO_REDUNDANT="Read-access geo-redundant (RA-GRS)",
)
SECURITY_TYPES = _choices(
    VmSecurityOption,
    UNKNOWN="Unknown",
    STANDARD="Standard",
    TRUSTED_LAUNCH="Trusted launch",
    CONFIDENTIAL="Confidential",
)
OFFERINGS = _choices(SecurityOffering, DEFENDER_FOR_CLOUD="Microsoft Defender for Cloud", NONE="None")
STAGES = _choices(Stage, IN_PROGRESS="In progress", UNDER_REVIEW="Under review", APPROVED="Approved")
ENVIRONMENTS = _choices(EnvironmentType, DEV_TEST="Dev/test")
OFFERS: Choices = (
    (PAY_AS_YOU_GO, f"Pay-as-you-go ({PAY_AS_YOU_GO})"),
    ("MSAZR0023P", "Pay-as-you-go dev/test (MSAZR0023P)"),
    (ENTERPRISE_AGREEMENT, "Enterprise Agreement"),
)
"""Those that have a name; other codes are written as they are."""
PRICING_TIERS = _choices(PricingTier)
HYBRID_BENEFITS = _choices(HybridBenefit)
LINUX_HYBRID_BENEFITS = _choices(LinuxHybridBenefit)
