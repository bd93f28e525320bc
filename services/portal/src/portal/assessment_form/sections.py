"""Every property of an assessment, in the order in which the form asks.

The choices of region, currency and series are the catalogue's: `offered.py` adds them.
"""

from portal.assessment_form import words
from portal.assessment_form.fields import Field, Section
from surveyor_schemas.assessments.assessment_settings_v1 import PAY_AS_YOU_GO
from surveyor_schemas.assessments.choices import (
    Currency,
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

SECTIONS: tuple[Section, ...] = (
    Section(
        "Target and sizing",
        (
            Field(
                "azure_location",
                "Target region",
                "select",
                "Sizes and prices are those of this Azure region.",
                (("", "Choose a region"),),
                required=True,
            ),
            Field(
                "currency",
                "Currency",
                "select",
                "Of all costs in the result.",
                start=(Currency.USD.value,),
            ),
            Field(
                "sizing_criterion",
                "Sizing criterion",
                "select",
                "Performance-based sizes follow measured use; where none was measured, the result says so.",
                words.CRITERIA,
                (SizingCriterion.PERFORMANCE_BASED.value,),
            ),
            Field(
                "time_range",
                "Performance history",
                "select",
                "How far back from now measured use counts.",
                words.TIME_RANGES,
                (TimeRange.DAY.value,),
            ),
            Field(
                "percentile",
                "Percentile utilization",
                "select",
                "Of the 10-minute peaks: the 95th leaves out the highest 5 in 100.",
                words.PERCENTILES,
                (Percentile.P95.value,),
            ),
            Field(
                "scaling_factor",
                "Comfort factor",
                "number",
                "Use is multiplied by it. Empty: 1.3 performance-based, 1.0 as on-premises.",
                placeholder="1.3",
            ),
            Field(
                "savings_options",
                "Savings options",
                "select",
                "Reservations and savings plans are priced for 744 hours, without discount and uptime.",
                words.SAVINGS,
                (SavingsOption.NONE.value,),
            ),
        ),
        is_essential=True,
    ),
    Section(
        "Own time range",
        (
            Field("perf_data_start_time", "From (UTC)", "datetime", "Only with performance history Custom."),
            Field("perf_data_end_time", "Until (UTC)", "datetime", "Only with performance history Custom."),
        ),
    ),
    Section(
        "Storage",
        (
            Field(
                "azure_disk_types",
                "Disk types",
                "checkboxes",
                "Chosen types compete. None chosen: Automatic performance-based, Premium as on-premises.",
                words.DISK_TYPES,
            ),
            Field(
                "azure_storage_redundancy",
                "Redundancy",
                "select",
                "",
                words.REDUNDANCIES,
                (StorageRedundancy.LOCALLY_REDUNDANT.value,),
            ),
        ),
    ),
    Section(
        "Virtual machines",
        (
            Field(
                "azure_vm_families",
                "VM series",
                "list",
                "Only these. None chosen: all that the region has, but burstable, GPU, high-performance"
                " and confidential ones.",
            ),
            Field(
                "azure_pricing_tier",
                "Pricing tier",
                "select",
                "",
                words.PRICING_TIERS,
                (PricingTier.STANDARD.value,),
            ),
            Field(
                "azure_vm_security_options",
                "VM security types",
                "checkboxes",
                "",
                words.SECURITY_TYPES,
                (VmSecurityOption.STANDARD.value,),
            ),
            Field(
                "vm_uptime.days_per_month",
                "Uptime, days per month",
                "number",
                "Empty, and hours too: 730 hours a month. Empty beside hours: 31.",
                suffix="days",
            ),
            Field(
                "vm_uptime.hours_per_day",
                "Uptime, hours per day",
                "number",
                "Empty, and days too: 730 hours a month. Empty beside days: 24.",
                suffix="hours",
            ),
        ),
    ),
    Section(
        "Price and licences",
        (
            Field(
                "discount_percentage", "Discount", "number", "On top of any offer.", start=("0",), suffix="%"
            ),
            Field(
                "azure_hybrid_use_benefit",
                "Azure Hybrid Benefit, Windows Server",
                "select",
                "Yes: licences are brought along, Windows machines cost what Linux ones do.",
                words.HYBRID_BENEFITS,
                (HybridBenefit.YES.value,),
            ),
            Field(
                "linux_azure_hybrid_use_benefit",
                "Azure Hybrid Benefit, Linux",
                "select",
                "For Red Hat and SUSE subscriptions.",
                words.LINUX_HYBRID_BENEFITS,
                (LinuxHybridBenefit.NO.value,),
            ),
            Field(
                "azure_offer_code",
                "Offer",
                "text",
                f"{PAY_AS_YOU_GO} is pay-as-you-go, the one that the catalogue has prices for.",
                words.OFFERS,
                start=(PAY_AS_YOU_GO,),
            ),
            Field(
                "ea_subscription_id", "Enterprise Agreement subscription", "text", "Its id; rarely needed."
            ),
        ),
    ),
    Section(
        "Environment and security",
        (
            Field(
                "environment_type",
                "Environment",
                "select",
                "",
                words.ENVIRONMENTS,
                (EnvironmentType.PRODUCTION.value,),
            ),
            Field(
                "azure_security_offering_type",
                "Security",
                "select",
                "Adds what it costs per machine.",
                words.OFFERINGS,
                (SecurityOffering.DEFENDER_FOR_CLOUD.value,),
            ),
            Field("stage", "Stage", "select", "A label only.", words.STAGES, (Stage.IN_PROGRESS.value,)),
        ),
    ),
)
FIELDS = {field.name: field for section in SECTIONS for field in section.fields}
