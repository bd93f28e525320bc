"""What an assessment says of each machine, and of all together.

The assessor writes these documents to `assessment_results` and `assessment_summaries`; query-api
shows them. Field names are those of Azure Migrate's assessed machine in snake_case where it has the
field (Microsoft.Migrate AssessmentProjects API, 2023-03-15). Amounts are unrounded decimals, strings
in JSON; None is unknown, never zero.
"""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

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


class NeighbourSize(Record):
    """The next smaller or larger size: why it was not taken."""

    name: str
    monthly_compute_cost: Amount | None
    reason: str


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
    next_smaller: NeighbourSize | None
    next_larger: NeighbourSize | None


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
    number_of_cores: NonNegativeInt
    megabytes_of_memory: NonNegativeInt
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


class CostComponents(Record):
    """Monthly storage cost by disk type; None where a price is missing."""

    standard: Amount | None
    standard_ssd: Amount | None
    premium: Amount | None
    premium_v2: Amount | None
    ultra: Amount | None


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
