"""The sheet `All_Assessed_Disks`: one row per disk; layout as for the machines."""

from collections.abc import Callable, Sequence

from query_api.exports.cells import (
    DISK_TYPES,
    NOTHING,
    Cell,
    data_issue_codes,
    issue_texts,
    joined,
    readiness,
)
from surveyor_schemas.assessments.results_v1 import AssessedDisk, AssessedMachine

NAME = "All_Assessed_Disks"
Column = tuple[str, Callable[[AssessedMachine, AssessedDisk], Cell]]

COLUMNS: Sequence[Column] = (
    ("Machine", lambda m, _: m.display_name),
    ("Disk name", lambda _, d: d.name),
    ("Azure disk readiness", lambda _, d: readiness(d.suitability)),
    ("Recommended disk size SKU", lambda _, d: d.recommended_sku),
    ("Recommended disk type", lambda _, d: DISK_TYPES.get(d.recommended_disk_type or "")),
    ("Redundancy", lambda _, d: d.redundancy),
    ("Azure readiness issues", lambda _, d: issue_texts(d.issues)),
    ("Migration Guidance", lambda _, d: joined(issue.fix for issue in d.issues) or NOTHING),
    ("Data collection issues", lambda _, d: data_issue_codes(d.data_issues)),
    ("Monthly cost estimate", lambda _, d: d.monthly_cost),
    ("Source disk size(GB)", lambda _, d: d.gigabytes_provisioned),
    ("Target disk size(GB)", lambda _, d: d.recommended_size_gib),
    ("Disk read(MBPS)", lambda _, d: d.read_mb_per_second),
    ("Disk write(MBPS)", lambda _, d: d.write_mb_per_second),
    ("Disk read(ops/sec)", lambda _, d: d.read_iops),
    ("Disk write(ops/sec)", lambda _, d: d.write_iops),
    (
        "Ultra disk provisioned IOPS (Operations/Sec)",
        lambda _, d: d.provisioned_iops if d.recommended_disk_type == "Ultra" else None,
    ),
    (
        "Ultra disk provisioned throughput (MBPS)",
        lambda _, d: d.provisioned_mb_per_second if d.recommended_disk_type == "Ultra" else None,
    ),
    (
        "Premium SSD V2 disk provisioned IOPS (Operations/Sec)",
        lambda _, d: d.provisioned_iops if d.recommended_disk_type == "PremiumV2" else None,
    ),
    (
        "Premium SSD V2 disk provisioned throughput (MBPS)",
        lambda _, d: d.provisioned_mb_per_second if d.recommended_disk_type == "PremiumV2" else None,
    ),
)
