"""What an assessment says about a machine."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assessor.domain.alternatives import Alternatives
from assessor.domain.catalogue import DiskType, Redundancy, VmSize
from assessor.domain.confidence import Coverage
from assessor.domain.explain import SizeExplanation
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Machine
from assessor.domain.requirement import Requirement
from assessor.domain.right_sizing import RightSizing


@dataclass(frozen=True, slots=True)
class AssessedDisk:
    """The recommended disk is None where none fits or an earlier stage failed; amounts by currency."""

    name: str
    readiness: Readiness
    issues: tuple[Issue, ...]
    data_issues: tuple[DataIssue, ...]
    recommended_sku: str | None = None
    recommended_type: DiskType | None = None
    redundancy: Redundancy | None = None
    recommended_size_gib: int | None = None
    recommended_iops: int | None = None
    recommended_mb_per_second: int | None = None
    monthly_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AssessedNic:
    name: str
    data_issues: tuple[DataIssue, ...]


@dataclass(frozen=True, slots=True)
class AssessedMachine:
    """One machine's result; every None says "not known" or "not reached", never zero."""

    machine: Machine
    readiness: Readiness
    issues: tuple[str, ...]
    """Codes of `Issue`, and of the owner's own rules."""
    data_issues: tuple[DataIssue, ...]
    need: Requirement
    recommended_size: VmSize | None
    unknown_limits: tuple[str, ...]
    explanation: SizeExplanation | None
    monthly_compute_cost: Decimal | None
    monthly_storage_cost: Decimal | None
    monthly_windows_licence_saved: Decimal | None
    """By the hybrid benefit; zero where it does not apply, None where the licence has no price."""
    monthly_linux_licence_saved: Decimal | None
    """Zero: the catalogue prices Linux without the licences of RHEL and SLES."""
    security_readiness: Readiness | None
    """For Defender for Servers; None where the settings leave it out."""
    monthly_security_cost: Decimal | None
    """Zero where there is nothing to protect, None where the price is not known or security is left out."""
    alternatives: Alternatives | None
    right_sizing: RightSizing | None
    coverage: Coverage | None
    disks: tuple[AssessedDisk, ...]
    nics: tuple[AssessedNic, ...]
    prices_as_of: date | None
    """Date of the oldest price in the result."""
