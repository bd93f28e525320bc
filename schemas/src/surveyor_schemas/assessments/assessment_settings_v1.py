"""The assessment properties: names, defaults and the rules between them.

Source: Azure Migrate, "General assessment properties" (2025-03-26), "Customize an assessment"
(2018-02-26) for defaults, "Cost estimation of assessments" (2025-04-17) for the rules.
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

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

PAY_AS_YOU_GO = "MSAZR0003P"
ENTERPRISE_AGREEMENT = "EA"
_OFFER_CODE = r"^(EA|MS(MC)?AZR(DE|USGOV)?\d{4}P)$"
_WINDOW_POINTS = {TimeRange.DAY: 144, TimeRange.WEEK: 1_008, TimeRange.MONTH: 4_320}
_PEAK_MINUTES = 10


class VmUptime(BaseModel):
    """How long a machine runs; only pay-as-you-go prices depend on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days_per_month: Annotated[Decimal, Field(gt=0, le=31)]
    hours_per_day: Annotated[Decimal, Field(gt=0, le=24)]

    @property
    def hours_per_month(self) -> Decimal:
        return self.days_per_month * self.hours_per_day


class AssessmentSettings(BaseModel):
    """One complete set of assessment properties; what was left out has its default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    azure_location: Annotated[str, Field(min_length=1)]
    sizing_criterion: SizingCriterion = SizingCriterion.PERFORMANCE_BASED
    scaling_factor: Annotated[float, Field(ge=1.0, le=2.0, allow_inf_nan=False, strict=True)]
    """The comfort factor: 1.3 for performance-based and 1.0 for as-is assessments unless given."""
    time_range: TimeRange = TimeRange.DAY
    perf_data_start_time: AwareDatetime | None = None
    perf_data_end_time: AwareDatetime | None = None
    percentile: Percentile = Percentile.P95
    azure_disk_types: Annotated[tuple[AzureDiskType, ...], Field(json_schema_extra={"minItems": 1})]
    """Automatic for performance-based and Premium for as-is assessments unless given."""
    azure_storage_redundancy: StorageRedundancy = StorageRedundancy.LOCALLY_REDUNDANT
    azure_pricing_tier: PricingTier = PricingTier.STANDARD
    azure_vm_families: tuple[str, ...] = ()
    """Families such as Dsv5_series; empty means every family that is considered by default."""
    azure_offer_code: Annotated[str, Field(json_schema_extra={"pattern": _OFFER_CODE})] = PAY_AS_YOU_GO
    ea_subscription_id: str | None = None
    savings_options: SavingsOption = SavingsOption.NONE
    currency: Currency = Currency.USD
    discount_percentage: Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)] = Decimal(0)
    vm_uptime: VmUptime | None = None
    azure_hybrid_use_benefit: HybridBenefit = HybridBenefit.YES
    linux_azure_hybrid_use_benefit: LinuxHybridBenefit = LinuxHybridBenefit.NO
    environment_type: EnvironmentType = EnvironmentType.PRODUCTION
    azure_security_offering_type: SecurityOffering = SecurityOffering.DEFENDER_FOR_CLOUD
    azure_vm_security_options: tuple[VmSecurityOption, ...] = (VmSecurityOption.STANDARD,)
    stage: Stage = Stage.IN_PROGRESS

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_the_criterion(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        as_is = given.get("sizing_criterion") == SizingCriterion.AS_ON_PREMISES
        types = [AzureDiskType.PREMIUM if as_is else AzureDiskType.STANDARD_OR_PREMIUM]
        return {"scaling_factor": 1.0 if as_is else 1.3, "azure_disk_types": types} | given

    @field_validator("azure_location")
    @classmethod
    def _plain_region_name(cls, location: str) -> str:
        return re.sub(r"[\s_-]", "", location).lower()

    @field_validator("azure_disk_types")
    @classmethod
    def _at_least_one_type(cls, types: tuple[AzureDiskType, ...]) -> tuple[AzureDiskType, ...]:
        if not types:
            raise ValueError(f"give at least one of {', '.join(AzureDiskType)}")
        return types

    @field_validator("azure_offer_code")
    @classmethod
    def _known_form_of_offer(cls, code: str) -> str:
        if re.fullmatch(_OFFER_CODE, code) is None:
            known = f"{PAY_AS_YOU_GO} (pay-as-you-go), MSAZR0023P (dev/test), {ENTERPRISE_AGREEMENT}"
            raise ValueError(f"{code} is no offer; use {known} or another code of this form")
        return code

    @field_validator("ea_subscription_id")
    @classmethod
    def _subscription_is_named(cls, subscription_id: str | None) -> str | None:
        if subscription_id is not None and not subscription_id.strip():
            raise ValueError("give the id of a subscription, or leave it out")
        return subscription_id

    @model_validator(mode="after")
    def _custom_range_has_its_times(self) -> Self:
        times = (self.perf_data_start_time, self.perf_data_end_time)
        if self.time_range is not TimeRange.CUSTOM:
            if times != (None, None):
                raise ValueError("perf_data_start_time, perf_data_end_time: only with time_range Custom")
        elif self.perf_data_start_time is None or self.perf_data_end_time is None:
            raise ValueError("time_range Custom: perf_data_start_time and perf_data_end_time are required")
        elif self.perf_data_start_time >= self.perf_data_end_time:
            raise ValueError("perf_data_start_time: must lie before perf_data_end_time")
        elif not self.window_points:
            raise ValueError("perf_data_end_time: must lie 10 minutes or more after perf_data_start_time")
        return self

    @model_validator(mode="after")
    def _savings_are_for_pay_as_you_go(self) -> Self:
        if self.savings_options is SavingsOption.NONE:
            return self
        if self.azure_offer_code != PAY_AS_YOU_GO:
            raise ValueError(f"savings_options: only with azure_offer_code {PAY_AS_YOU_GO} (pay-as-you-go)")
        if self.ea_subscription_id is not None:
            raise ValueError("savings_options: must be None together with ea_subscription_id")
        return self

    @model_validator(mode="after")
    def _fixed_prices_exclude_discount_and_uptime(self) -> Self:
        """Reservations, savings plans and enterprise agreements have prices of their own."""
        reason = self._fixed_by()
        if reason is None:
            return self
        if self.discount_percentage > 0:
            raise ValueError(f"discount_percentage: must be 0 together with {reason}")
        if self.vm_uptime is not None:
            raise ValueError(f"vm_uptime: must be left out together with {reason}")
        return self

    def _fixed_by(self) -> str | None:
        if self.savings_options is not SavingsOption.NONE:
            return f"savings_options {self.savings_options}"
        if self.ea_subscription_id is not None:
            return "ea_subscription_id"
        is_agreement = self.azure_offer_code == ENTERPRISE_AGREEMENT
        return f"azure_offer_code {ENTERPRISE_AGREEMENT}" if is_agreement else None

    @property
    def is_performance_based(self) -> bool:
        return self.sizing_criterion is SizingCriterion.PERFORMANCE_BASED

    @property
    def window_points(self) -> int:
        """How many 10-minute points one series has when the whole window was collected."""
        if self.perf_data_start_time is None or self.perf_data_end_time is None:
            return _WINDOW_POINTS[self.time_range]
        seconds = (self.perf_data_end_time - self.perf_data_start_time).total_seconds()
        return int(seconds // (60 * _PEAK_MINUTES))
