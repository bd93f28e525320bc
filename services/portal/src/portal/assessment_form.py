"""The assessment properties as a form: their words, their order, and how they are read back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Literal

from starlette.datastructures import FormData

from portal.azure_regions import REGIONS
from surveyor_schemas.assessments.assessment_settings_v1 import PAY_AS_YOU_GO
from surveyor_schemas.assessments.choices import (
    AzureDiskType,
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

Values = dict[str, list[str]]
Kind = Literal["select", "number", "text", "checkboxes", "datetime"]
Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One input. Left empty, the property is not sent and the API's default holds."""

    name: str
    label: str
    kind: Kind
    help: str = ""
    choices: Choices = ()
    start: tuple[str, ...] = ()
    """What the form starts with."""
    suffix: str = ""
    placeholder: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one heading."""

    title: str
    fields: tuple[Field, ...]
    is_essential: bool = False


def _choices(kind: type[StrEnum], **words: str) -> Choices:
    """Offer every value of a property, each with its words."""
    return tuple((value.value, words.get(value.name, value.value)) for value in kind)


_CRITERIA = _choices(
    SizingCriterion,
    PERFORMANCE_BASED="Performance-based: by what machines use",
    AS_ON_PREMISES="As on-premises: by what machines are given",
)
_TIME_RANGES = _choices(
    TimeRange, DAY="1 day", WEEK="1 week", MONTH="1 month", CUSTOM="Custom: from and until"
)
_PERCENTILES = _choices(Percentile, P50="50th", P90="90th", P95="95th", P99="99th")
_SAVINGS = _choices(
    SavingsOption,
    NONE="None: pay as you go",
    RI_1_YEAR="1 year reserved",
    RI_3_YEAR="3 years reserved",
    SAVINGS_PLAN_1_YEAR="1 year savings plan",
    SAVINGS_PLAN_3_YEAR="3 years savings plan",
)
_DISK_TYPES = _choices(
    AzureDiskType,
    STANDARD="Standard HDD",
    STANDARD_SSD="Standard SSD",
    PREMIUM="Premium SSD",
    STANDARD_OR_PREMIUM="Automatic: the cheapest that fits",
    ULTRA="Ultra Disk",
    PREMIUM_V2="Premium SSD v2",
)
_REDUNDANCIES = _choices(
    StorageRedundancy,
    LOCALLY_REDUNDANT="Locally redundant (LRS)",
    ZONE_REDUNDANT="Zone-redundant (ZRS)",
    GEO_REDUNDANT="Geo-redundant (GRS)",
    READ_ACCESS_GEO_REDUNDANT="Read-access geo-redundant (RA-GRS)",
)
_SECURITY_TYPES = _choices(
    VmSecurityOption,
    UNKNOWN="Unknown",
    STANDARD="Standard",
    TRUSTED_LAUNCH="Trusted launch",
    CONFIDENTIAL="Confidential",
)
_OFFERINGS = _choices(SecurityOffering, DEFENDER_FOR_CLOUD="Microsoft Defender for Cloud", NONE="None")
_STAGES = _choices(Stage, IN_PROGRESS="In progress", UNDER_REVIEW="Under review", APPROVED="Approved")
_ENVIRONMENTS = _choices(EnvironmentType, DEV_TEST="Dev/test")

SECTIONS: tuple[Section, ...] = (
    Section(
        "Target and sizing",
        (
            Field(
                "azure_location",
                "Target region",
                "select",
                "Sizes and prices are those of this Azure region.",
                (("", "Choose a region"), *REGIONS),
                required=True,
            ),
            Field(
                "currency",
                "Currency",
                "select",
                "Of all costs in the result.",
                _choices(Currency),
                (Currency.USD.value,),
            ),
            Field(
                "sizing_criterion",
                "Sizing criterion",
                "select",
                "Performance-based sizes follow measured use; where none was measured, the result says so.",
                _CRITERIA,
                (SizingCriterion.PERFORMANCE_BASED.value,),
            ),
            Field(
                "time_range",
                "Performance history",
                "select",
                "How far back from now measured use counts.",
                _TIME_RANGES,
                (TimeRange.DAY.value,),
            ),
            Field(
                "percentile",
                "Percentile utilization",
                "select",
                "Of the 10-minute peaks: the 95th leaves out the highest 5 in 100.",
                _PERCENTILES,
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
                _SAVINGS,
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
                _DISK_TYPES,
            ),
            Field(
                "azure_storage_redundancy",
                "Redundancy",
                "select",
                "",
                _REDUNDANCIES,
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
                "text",
                "Only these, separated by commas, such as Dsv5_series. Empty: all that the region has, "
                "but burstable, GPU, high-performance and confidential ones.",
                placeholder="Dsv5_series, Esv5_series",
            ),
            Field(
                "azure_pricing_tier",
                "Pricing tier",
                "select",
                "",
                _choices(PricingTier),
                (PricingTier.STANDARD.value,),
            ),
            Field(
                "azure_vm_security_options",
                "VM security types",
                "checkboxes",
                "",
                _SECURITY_TYPES,
                (VmSecurityOption.STANDARD.value,),
            ),
            Field(
                "vm_uptime.days_per_month", "Uptime, days per month", "number", "Empty: 31.", suffix="days"
            ),
            Field("vm_uptime.hours_per_day", "Uptime, hours per day", "number", "Empty: 24.", suffix="hours"),
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
                _choices(HybridBenefit),
                (HybridBenefit.YES.value,),
            ),
            Field(
                "linux_azure_hybrid_use_benefit",
                "Azure Hybrid Benefit, Linux",
                "select",
                "For Red Hat and SUSE subscriptions.",
                _choices(LinuxHybridBenefit),
                (LinuxHybridBenefit.NO.value,),
            ),
            Field(
                "azure_offer_code",
                "Offer",
                "text",
                f"{PAY_AS_YOU_GO} is pay-as-you-go, the one that the catalogue has prices for.",
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
                _ENVIRONMENTS,
                (EnvironmentType.PRODUCTION.value,),
            ),
            Field(
                "azure_security_offering_type",
                "Security",
                "select",
                "Adds what it costs per machine.",
                _OFFERINGS,
                (SecurityOffering.DEFENDER_FOR_CLOUD.value,),
            ),
            Field("stage", "Stage", "select", "A label only.", _STAGES, (Stage.IN_PROGRESS.value,)),
        ),
    ),
)
_FIELDS = {field.name: field for section in SECTIONS for field in section.fields}
_LISTS = ("azure_disk_types", "azure_vm_security_options", "azure_vm_families")
_UPTIME_DEFAULTS = {"days_per_month": "31", "hours_per_day": "24"}


def starting_values() -> Values:
    """Return what the form starts with."""
    return {name: list(field.start) for name, field in _FIELDS.items()}


def read_form(form: FormData) -> Values:
    """Return what was filled in, field by field."""
    values: Values = {}
    for name in _FIELDS:
        given = [str(value).strip() for value in form.getlist(name)]
        values[name] = [value for value in given if value]
    return values


def read_settings(values: Values) -> tuple[dict[str, Any], dict[str, str]]:
    """Turn what was filled in into the API's settings.

    Returns:
        The settings, and what cannot be read by field. Whether values are allowed, the API says.
    """
    settings: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, given in values.items():
        if _FIELDS[name].required and not given:
            errors[name] = "must be chosen"
        if not given:
            continue
        try:
            _put(settings, name, _value(_FIELDS[name], given))
        except ValueError as error:
            errors[name] = str(error)
    if uptime := settings.get("vm_uptime"):
        settings["vm_uptime"] = _UPTIME_DEFAULTS | uptime
    return settings, errors


def describe_settings(settings: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the settings of an assessment in the form's words, by section; what is not set is left out."""
    described = []
    for section in SECTIONS:
        rows = [(field.label, _words(field, _get(settings, field.name))) for field in section.fields]
        rows = [(label, words) for label, words in rows if words]
        if rows:
            described.append((section.title, rows))
    return described


def _value(field: Field, given: list[str]) -> Any:
    if field.name == "azure_vm_families":
        return [family.strip() for family in given[0].split(",") if family.strip()]
    if field.name in _LISTS:
        return given
    readers: dict[str, Callable[[str], Any]] = {"number": _number, "datetime": _utc}
    return readers.get(field.kind, str)(given[0])


def _number(text: str) -> Any:
    """Read a number, with a point or a comma before its decimals; exact amounts stay text."""
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise ValueError("must be a number") from None
    if not number.is_finite():
        raise ValueError("must be a number")
    return float(number)


def _utc(text: str) -> str:
    """Read what a browser sends for a time without a zone: the form says that it is UTC."""
    return text if text.endswith("Z") else f"{text}Z"


def _put(settings: dict[str, Any], name: str, value: Any) -> None:
    whole, _, part = name.partition(".")
    if part:
        settings.setdefault(whole, {})[part] = value
    else:
        settings[name] = value


def _get(settings: Mapping[str, Any], name: str) -> Any:
    whole, _, part = name.partition(".")
    value = settings.get(whole)
    return value.get(part) if part and value is not None else None if part else value


def _words(field: Field, value: Any) -> str:
    if value is None or value == []:
        return ""
    names = dict(field.choices)
    values = value if isinstance(value, list) else [value]
    words = ", ".join(names.get(str(one), str(one)).split(":")[0] for one in values)
    return f"{words} {field.suffix}".strip()
