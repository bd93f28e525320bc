"""What an assessment says of each machine, and of all together.

The assessor writes these documents to `assessment_results` and `assessment_summaries`; query-api
shows them. Field names are those of Azure Migrate's assessed machine in snake_case where it has the
field (Microsoft.Migrate AssessmentProjects API, 2023-03-15). Amounts are unrounded decimals, strings
in JSON; None is unknown, never zero.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from surveyor_schemas.assessments.backtest_v1 import Backtest, BacktestTotal
from surveyor_schemas.assessments.choices import HybridBenefit, SavingsOption
from surveyor_schemas.base import (
    AssessmentId,
    MachineId,
    NonNegativeFloat,
    NonNegativeInt,
    Record,
    RunId,
    UtcDatetime,
)

Amount = Annotated[
    Decimal, PlainSerializer(lambda amount: format(amount, "f"), return_type=str, when_used="json")
]
"""Money in the assessment's currency, unrounded."""
Suitability = Literal["Suitable", "ConditionallySuitable", "NotSuitable", "ReadinessUnknown"]
Percent = NonNegativeFloat
Stars = Annotated[int, Field(ge=1, le=5)]


class Issue(Record):
    """One finding, with what it means and how it is mended."""

    code: str
    text: str
    cause: str | None
    fix: str | None


class AssessedDisk(Record):
    """A disk and the Azure disk for it. Usage values are the percentile, before the comfort factor."""

    disk_id: str
    name: str
    is_os_disk: bool
    gigabytes_provisioned: NonNegativeFloat | None
    read_iops: NonNegativeFloat | None
    write_iops: NonNegativeFloat | None
    read_mb_per_second: NonNegativeFloat | None
    write_mb_per_second: NonNegativeFloat | None
    suitability: Suitability | Literal["Unknown"]
    """`Unknown`: not assessed, because the machine failed an earlier stage."""
    issues: list[Issue]
    data_issues: list[str]
    recommended_sku: str | None
    """Type and tier, such as `Premium_P30`; None when no disk fits."""
    recommended_disk_type: str | None
    """`Standard`, `StandardSSD`, `Premium`, `PremiumV2`, `Ultra`."""
    redundancy: str | None
    recommended_size_gib: NonNegativeFloat | None
    provisioned_iops: NonNegativeInt | None
    """For Ultra and Premium SSD v2 only."""
    provisioned_mb_per_second: NonNegativeInt | None
    monthly_cost: Amount | None
    recommended_iops: NonNegativeInt | None = None
    """What the recommended disk gives, of every type."""
    recommended_mb_per_second: NonNegativeInt | None = None
    read_iops_points: NonNegativeInt | None = None
    """10-minute peaks that were measured, of the machine's `points_expected`; likewise the next three."""
    write_iops_points: NonNegativeInt | None = None
    read_mb_per_second_points: NonNegativeInt | None = None
    write_mb_per_second_points: NonNegativeInt | None = None


class AssessedNic(Record):
    """A network adapter with its measured use."""

    nic_id: str
    name: str
    mac_address: str | None
    ip_addresses: list[str]
    received_mb_per_second: NonNegativeFloat | None
    transmitted_mb_per_second: NonNegativeFloat | None
    suitability: Suitability
    data_issues: list[str]
    received_mb_per_second_points: NonNegativeInt | None = None
    """10-minute peaks that were measured, of the machine's `points_expected`."""
    transmitted_mb_per_second_points: NonNegativeInt | None = None


class DimensionUse(Record):
    """One need beside what the recommended size offers.

    `name` is one of vcpus, memory_gib, data_disks, disk_iops, disk_mb_per_second, nics and
    network_mbit_per_second; need and limit are in that unit.
    """

    name: str
    need: NonNegativeFloat
    limit: NonNegativeFloat | None
    """None: the catalogue does not know it."""


class NeighbourSize(Record):
    """The next smaller or larger size: why it was not taken."""

    name: str
    monthly_compute_cost: Amount | None
    reason: str
    cores: NonNegativeInt | None = None
    memory_gib: NonNegativeFloat | None = None
    too_small_in: list[str] = Field(default_factory=list)
    """Names of dimensions; empty where the size would fit."""


class SizeExplanation(Record):
    """Why this size: the need per dimension, and which one decided."""

    cores_needed: NonNegativeFloat
    memory_gib_needed: NonNegativeFloat
    disk_iops_needed: NonNegativeFloat
    disk_mb_per_second_needed: NonNegativeFloat
    network_mbit_per_second_needed: NonNegativeFloat
    data_disks_needed: NonNegativeInt
    nics_needed: NonNegativeInt
    binding_dimension: str | None
    """The dimension that fills the recommended size most."""
    next_smaller: NeighbourSize | None
    next_larger: NeighbourSize | None
    dimensions: list[DimensionUse] = Field(default_factory=list)


class SizeAlternative(Record):
    """The cheapest fitting size of a series, under the settings of the run."""

    series: str
    name: str
    cores: NonNegativeInt
    memory_gib: NonNegativeFloat
    monthly_compute_cost: Amount


class SavingsAlternative(Record):
    """The recommended size under one savings option; `None` is pay-as-you-go under the run's settings."""

    savings_option: SavingsOption
    monthly_compute_cost: Amount | None
    """None: neither a price nor a statistic to estimate it from is known."""
    is_estimated: bool
    estimated_from: str | None
    """What an estimate was made from; None for a list price."""


class LicenceAlternative(Record):
    """The recommended size under the other choice of Azure Hybrid Benefit for Windows."""

    azure_hybrid_use_benefit: HybridBenefit
    savings_options: list[SavingsAlternative]


class StorageAlternative(Record):
    """All disks of a machine with another redundancy."""

    redundancy: Literal["ZRS"]
    monthly_storage_cost: Amount | None
    issue: str | None
    """Code of the first disk for which there is none, or of the price that is missing."""


class Alternatives(Record):
    """What else would do. None of it took part in the choice of the recommended size."""

    sizes: list[SizeAlternative]
    """The cheapest series first."""
    savings_options: list[SavingsAlternative]
    zone_redundant_storage: StorageAlternative | None
    """None where the run is already zone-redundant, or where the machine has no disks."""
    other_licence: LicenceAlternative | None = None
    """None for machines without Windows."""


class RightSizing(Record):
    """A machine that does next to nothing, or has far more than it uses.

    Idle: the savings are its whole monthly cost in Azure, if it is not moved at all, with security as far
    as its price is known. Oversized: the compute cost of a size for what it has, less that of the
    recommended size.
    """

    finding: Literal["Idle", "Oversized"]
    reason: str
    size_as_allocated: str | None
    """The cheapest size for the allocated cores and memory; for `Oversized` only."""
    monthly_compute_cost_as_allocated: Amount | None
    monthly_savings: Amount | None


class AssessedMachine(Record):
    """The result for one machine in one run."""

    assessment_id: AssessmentId
    run_id: RunId
    machine_id: MachineId
    display_name: str
    source_kind: Literal["vmware", "hyperv", "import"]
    host_name: str | None
    boot_type: Literal["BIOS", "EFI", "Unknown"]
    operating_system_name: str | None
    operating_system_family: str
    operating_system_version: str | None
    operating_system_architecture: str
    processor_model: str | None
    number_of_cores: NonNegativeInt | None
    """None: the source does not know; such a machine is `ReadinessUnknown` and not sized."""
    megabytes_of_memory: NonNegativeInt | None
    """MiB, as the source counts."""
    percentage_cores_utilization: Percent | None
    """The percentile over the window, before the comfort factor."""
    percentage_memory_utilization: Percent | None
    suitability: Suitability
    issues: list[Issue]
    data_issues: list[str]
    recommended_size: str | None
    """Azure size such as `Standard_D4s_v5`; None when not ready or no size fits."""
    cores_of_recommended_size: NonNegativeInt | None
    memory_gib_of_recommended_size: NonNegativeFloat | None
    monthly_compute_cost: Amount | None
    monthly_storage_cost: Amount | None
    monthly_bandwidth_cost: Amount | None
    monthly_security_cost: Amount | None
    monthly_windows_hybrid_benefit_savings: Amount | None
    monthly_linux_hybrid_benefit_savings: Amount | None
    security_readiness: Suitability | None
    confidence_percent: Percent | None
    confidence_stars: Stars | None
    disks: list[AssessedDisk]
    nics: list[AssessedNic]
    explanation: SizeExplanation | None
    """None where sizing was skipped."""
    points_expected: NonNegativeInt | None = None
    """10-minute peaks that one series would have over the whole window; None for as-is and imports."""
    cpu_points: NonNegativeInt | None = None
    """10-minute peaks that were measured, of `points_expected`."""
    memory_points: NonNegativeInt | None = None
    percentage_cores_peak: Percent | None = None
    """The highest 10-minute peak of the window."""
    percentage_memory_peak: Percent | None = None
    operating_system_support: Literal["Mainstream", "Extended", "OutOfSupport"] | None = None
    """The vendor's support at the end of the run's window; None where the life cycle is not known."""
    operating_system_support_ends_on: date | None = None
    """Last day of the vendor's support, paid extensions left aside."""
    recommended_size_retires: str | None = None
    """When Azure retires the series of the recommended size, such as "November 2028"; None: not announced."""
    vm_security_suitability: Literal["NotApplicable"] | None = None
    """For trusted launch and confidential VMs; the thresholds are not documented, so none is computed."""
    alternatives: Alternatives | None = None
    rightsizing: RightSizing | None = None
    backtest: Backtest | None = None
    """None for as-is assessments, imports and machines without a recommended size."""


class CostComponents(Record):
    """Monthly storage cost by disk type; None where a price is missing."""

    standard: Amount | None
    standard_ssd: Amount | None
    premium: Amount | None
    premium_v2: Amount | None
    ultra: Amount | None


class SavingsOptionTotal(Record):
    """The recommended sizes of all machines under one savings option.

    Storage and security cost are the same under each. `machines_priced` have a list price (or the
    documented sum of list prices), `machines_estimated` an estimate, `machines_unpriced` neither.
    """

    savings_option: SavingsOption
    is_selected: bool
    """Whether the run's own settings choose it."""
    monthly_compute_cost: Amount
    """Listed and estimated prices together."""
    monthly_compute_cost_estimated: Amount
    """The estimated part of it."""
    monthly_storage_cost: Amount
    monthly_security_cost: Amount | None
    machines_priced: NonNegativeInt
    machines_estimated: NonNegativeInt
    machines_unpriced: NonNegativeInt


class RightSizingTotal(Record):
    """How many machines are idle or oversized, and what that would save a month."""

    finding: Literal["Idle", "Oversized"]
    machine_count: NonNegativeInt
    monthly_savings: Amount
    machines_without_savings: NonNegativeInt
    """Machines whose savings have no price."""


class Note(Record):
    """A code of `data_issues`, what it means, and how many machines carry it, themselves or a part."""

    code: str
    text: str
    cause: str
    fix: str
    machine_count: NonNegativeInt


class AssessmentSummary(Record):
    """The totals of one run. A total adds up what is known; `machines_without_…` says how much is not."""

    assessment_id: AssessmentId
    run_id: UUID
    machine_count: NonNegativeInt
    suitability_counts: dict[str, NonNegativeInt]
    issue_counts: dict[str, NonNegativeInt]
    monthly_compute_cost: Amount
    monthly_storage_cost: Amount
    monthly_storage_cost_by_type: CostComponents
    monthly_security_cost: Amount | None
    monthly_windows_hybrid_benefit_savings: Amount | None
    machines_without_compute_cost: NonNegativeInt
    """Machines that are sized and have no price."""
    machines_without_storage_cost: NonNegativeInt
    confidence_percent: Percent | None
    confidence_stars: Stars | None
    currency: str
    prices_at: UtcDatetime | None
    """The oldest price used."""
    catalogue_hash: str
    rules_version: str
    window_start: UtcDatetime
    window_end: UtcDatetime
    inputs_read_at: UtcDatetime
    completed_at: UtcDatetime
    currency_per_usd: Amount | None = None
    """The rate that turned list prices in USD into the currency."""
    currency_rate_at: UtcDatetime | None = None
    rules_hash: str | None = None
    """SHA-256 of the owner's own rules; None where there are none."""
    machines_without_security_cost: NonNegativeInt | None = None
    """Sized machines whose security cost has no price; None where the settings leave security out."""
    savings_options: list[SavingsOptionTotal] = Field(default_factory=list)
    """Every option, side by side, in the order of the settings' values."""
    savings_options_with_other_licence: list[SavingsOptionTotal] = Field(default_factory=list)
    """The same with the other choice of Azure Hybrid Benefit for Windows; empty without Windows machines."""
    rightsizing: list[RightSizingTotal] = Field(default_factory=list)
    backtest: list[BacktestTotal] = Field(default_factory=list)
    notes: list[Note] = Field(default_factory=list)
    """The data issues of the run, in the order of their codes."""
