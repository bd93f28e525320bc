"""The sheets `Assessment_Summary` and `Assessment_Properties`: labels and values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from query_api.exports.cells import READINESS, Cell, joined
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.results_v1 import AssessmentSummary

SUMMARY_NAME = "Assessment_Summary"
PROPERTIES_NAME = "Assessment_Properties"
PROPERTIES_HEADER = ("Property", "Selected value")
LabelledValue = tuple[str, Cell]


@dataclass(frozen=True, slots=True)
class ExportedAssessment:
    """What the sheets say of the whole assessment."""

    name: str
    group_name: str
    project_name: str
    created_at: datetime
    settings: AssessmentSettings
    summary: AssessmentSummary


def summary_rows(assessment: ExportedAssessment) -> Sequence[LabelledValue]:
    """The totals, label by label; this sheet has no header."""
    summary = assessment.summary
    currency = summary.currency
    return (
        ("Assessment name", assessment.name),
        ("Group name", assessment.group_name),
        ("Project name", assessment.project_name),
        ("Subscription ID", assessment.settings.ea_subscription_id),
        ("Machines assessed", summary.machine_count),
        *((words, summary.suitability_counts.get(code, 0)) for code, words in READINESS.items()),
        (f"Compute monthly cost estimate {currency}", summary.monthly_compute_cost),
        (f"Storage monthly cost estimate {currency}", summary.monthly_storage_cost),
        (f"Security monthly cost estimate {currency}", summary.monthly_security_cost),
        ("Machines without a compute cost", summary.machines_without_compute_cost),
        ("Machines without a storage cost", summary.machines_without_storage_cost),
        ("Confidence Rating (% of utilization data collected)", summary.confidence_percent),
        ("Currency", currency),
        ("Prices as of", summary.prices_at),
        ("Created at", assessment.created_at),
        ("Performance history from", summary.window_start),
        ("Performance history until", summary.window_end),
        ("Catalogue", summary.catalogue_hash),
        ("Rules", summary.rules_version),
    )


def property_rows(settings: AssessmentSettings) -> Sequence[LabelledValue]:
    """The assessment's settings; empty where a setting was left to its default of none."""
    uptime = settings.vm_uptime
    return (
        ("Target location", settings.azure_location),
        ("Storage type", joined(settings.azure_disk_types)),
        ("Storage redundancy", settings.azure_storage_redundancy),
        ("Pricing tier", settings.azure_pricing_tier),
        ("Sizing criterion", settings.sizing_criterion),
        ("Performance history", settings.time_range),
        ("Performance history start", settings.perf_data_start_time),
        ("Performance history end", settings.perf_data_end_time),
        ("Percentile utilization", settings.percentile),
        ("Comfort factor", settings.scaling_factor),
        ("VM series", joined(settings.azure_vm_families) or "All"),
        ("Offer", settings.azure_offer_code),
        ("Savings options", settings.savings_options),
        ("Currency", settings.currency),
        ("Discount (%)", float(settings.discount_percentage)),
        ("VM uptime (days per month)", float(uptime.days_per_month) if uptime else None),
        ("VM uptime (hours per day)", float(uptime.hours_per_day) if uptime else None),
        ("Azure Hybrid Benefit for Windows", settings.azure_hybrid_use_benefit),
        ("Azure Hybrid Benefit for Linux", settings.linux_azure_hybrid_use_benefit),
        ("EA subscription", settings.ea_subscription_id),
        ("Environment", settings.environment_type),
        ("Security", settings.azure_security_offering_type),
        ("VM security type", joined(settings.azure_vm_security_options)),
        ("Stage", settings.stage),
    )
