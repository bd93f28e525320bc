"""What is said of a disk, by the Azure disk for it or the reason why there is none."""

from collections.abc import Callable
from decimal import Decimal

from assessor.domain.data_issues import disk_data_issues
from assessor.domain.disks import DiskOffer
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Disk
from assessor.domain.result import AssessedDisk
from assessor.domain.rules import MAX_DISK_GIB
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings


def assessed_disk(
    disk: Disk,
    offer: DiskOffer | Issue | None,
    settings: AssessmentSettings,
    monthly: Callable[[Decimal], Decimal] | None,
) -> AssessedDisk:
    """Return the result of one disk.

    Args:
        offer: None where no Azure disk was looked for.
        monthly: Turns USD a month into the assessment's currency; None where the machine has no size.
    """
    data_issues = disk_data_issues(disk, settings)
    if isinstance(offer, Issue):
        return AssessedDisk(disk.name, Readiness.NOT_SUITABLE, (offer,), data_issues)
    if offer is None:
        return _unassessed_disk(disk, data_issues)
    usd = offer.usd_per_month
    return AssessedDisk(
        name=disk.name,
        readiness=Readiness.SUITABLE,
        issues=(),
        data_issues=data_issues,
        recommended_sku=offer.sku,
        recommended_type=offer.disk_type,
        redundancy=offer.redundancy,
        recommended_size_gib=offer.size_gib,
        recommended_iops=offer.iops,
        recommended_mb_per_second=offer.mb_per_second,
        monthly_cost=None if monthly is None or usd is None else monthly(usd),
    )


def _unassessed_disk(disk: Disk, data_issues: tuple[DataIssue, ...]) -> AssessedDisk:
    if disk.size_gib is None:
        return AssessedDisk(disk.name, Readiness.READINESS_UNKNOWN, (), data_issues)
    if disk.size_gib > MAX_DISK_GIB:
        return AssessedDisk(disk.name, Readiness.NOT_SUITABLE, (Issue.DISK_TOO_LARGE,), data_issues)
    return AssessedDisk(disk.name, Readiness.UNKNOWN, (), data_issues)
