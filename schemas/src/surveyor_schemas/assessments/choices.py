"""The values that the assessment properties take, under the names of Azure Migrate's API.

Source: azure-mgmt-migrationassessment 1.0.0b1 (API 2023-03-15) and the Microsoft.Migrate
AssessmentProjects specification (API 2024-03-03-preview).
"""

from enum import StrEnum


class SizingCriterion(StrEnum):
    PERFORMANCE_BASED = "PerformanceBased"
    AS_ON_PREMISES = "AsOnPremises"


class TimeRange(StrEnum):
    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"
    CUSTOM = "Custom"


class Percentile(StrEnum):
    P50 = "Percentile50"
    P90 = "Percentile90"
    P95 = "Percentile95"
    P99 = "Percentile99"

    @property
    def rank(self) -> int:
        """The percentile as a number: 95 for Percentile95."""
        return int(self.value.removeprefix("Percentile"))


class AzureDiskType(StrEnum):
    STANDARD = "Standard"
    STANDARD_SSD = "StandardSSD"
    PREMIUM = "Premium"
    STANDARD_OR_PREMIUM = "StandardOrPremium"
    """The portal's "Automatic": the types compete, the lowest cost wins."""
    ULTRA = "Ultra"
    PREMIUM_V2 = "PremiumV2"


class StorageRedundancy(StrEnum):
    LOCALLY_REDUNDANT = "LocallyRedundant"
    ZONE_REDUNDANT = "ZoneRedundant"
    GEO_REDUNDANT = "GeoRedundant"
    READ_ACCESS_GEO_REDUNDANT = "ReadAccessGeoRedundant"


class PricingTier(StrEnum):
    STANDARD = "Standard"
    BASIC = "Basic"


class SavingsOption(StrEnum):
    NONE = "None"
    RI_1_YEAR = "RI1Year"
    RI_3_YEAR = "RI3Year"
    SAVINGS_PLAN_1_YEAR = "SavingsPlan1Year"
    SAVINGS_PLAN_3_YEAR = "SavingsPlan3Year"


class HybridBenefit(StrEnum):
    YES = "Yes"
    NO = "No"
    UNKNOWN = "Unknown"


class LinuxHybridBenefit(StrEnum):
    YES = "Yes"
    NO = "No"


class EnvironmentType(StrEnum):
    PRODUCTION = "Production"
    DEV_TEST = "DevTest"
    TEST = "Test"


class SecurityOffering(StrEnum):
    DEFENDER_FOR_CLOUD = "MDC"
    NONE = "NO"


class VmSecurityOption(StrEnum):
    UNKNOWN = "Unknown"
    STANDARD = "Standard"
    TRUSTED_LAUNCH = "TVM"
    CONFIDENTIAL = "CVM"


class Stage(StrEnum):
    IN_PROGRESS = "InProgress"
    UNDER_REVIEW = "UnderReview"
    APPROVED = "Approved"


class Currency(StrEnum):
    USD = "USD"
    DKK = "DKK"
    CAD = "CAD"
    IDR = "IDR"
    JPY = "JPY"
    KRW = "KRW"
    NZD = "NZD"
    NOK = "NOK"
    RUB = "RUB"
    SAR = "SAR"
    ZAR = "ZAR"
    SEK = "SEK"
    TRY = "TRY"
    GBP = "GBP"
    MXN = "MXN"
    MYR = "MYR"
    INR = "INR"
    HKD = "HKD"
    BRL = "BRL"
    TWD = "TWD"
    EUR = "EUR"
    CHF = "CHF"
    ARS = "ARS"
    AUD = "AUD"
    CNY = "CNY"
