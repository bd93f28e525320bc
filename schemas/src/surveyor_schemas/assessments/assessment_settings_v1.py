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
    scaling_factor: Annotated[float, Field(ge=1.0, le=2.0, allow_inf_nan=False)]
    """The comfort factor: 1.3 for performance-based and 1.0 for as-is assessments unless given."""
    time_range: TimeRange = TimeRange.DAY
    perf_data_start_time: AwareDatetime | None = None
    perf_data_end_time: AwareDatetime | None = None
    percentile: Percentile = Percentile.P95
    azure_disk_types: Annotated[tuple[AzureDiskType, ...], Field(min_length=1)]
    """Automatic for performance-based and Premium for as-is assessments unless given."""
    azure_storage_redundancy: StorageRedundancy = StorageRedundancy.LOCALLY_REDUNDANT
    azure_pricing_tier: PricingTier = PricingTier.STANDARD
    azure_vm_families: tuple[str, ...] = ()
    """Families such as Dsv5_series; empty means every family that is considered by default."""
    azure_offer_code: Annotated[str, Field(pattern=r"^(EA|MS(MC)?AZR(DE|USGOV)?\d{4}P)$")] = PAY_AS_YOU_GO
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
        return self

    @model_validator(mode="after")
    def _savings_exclude_discount_and_uptime(self) -> Self:
        if self.savings_options is SavingsOption.NONE and self.ea_subscription_id is None:
            return self
        reason = (
            "ea_subscription_id" if self.ea_subscription_id else f"savings_options {self.savings_options}"
        )
        if self.discount_percentage > 0:
            raise ValueError(f"discount_percentage: must be 0 together with {reason}")
        if self.vm_uptime is not None:
            raise ValueError(f"vm_uptime: must be left out together with {reason}")
        if self.savings_options is not SavingsOption.NONE and self.azure_offer_code != PAY_AS_YOU_GO:
            raise ValueError("savings_options: only with azure_offer_code MSAZR0003P (pay-as-you-go)")
        return self

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
