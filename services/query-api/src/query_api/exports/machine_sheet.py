"""The sheet `All_Assessed_Machines`: one row per machine.

The layout is that of Azure Migrate's own export, whose columns Microsoft does not publish: names, order and
words are those that public programs read from real files.
"""

from collections.abc import Callable, Sequence

from query_api.exports.cells import Cell, data_issue_codes, issue_texts, joined, readiness, total
from surveyor_schemas.assessments.results_v1 import AssessedMachine

NAME = "All_Assessed_Machines"
Column = tuple[str, Callable[[AssessedMachine], Cell]]


def columns(currency: str, group_name: str) -> Sequence[Column]:
    """The 36 columns: header, and the cell for a machine."""
    return (
        ("Machine", lambda m: m.display_name),
        ("VM host", lambda m: m.host_name),
        ("Azure VM readiness", lambda m: readiness(m.suitability)),
        ("Azure readiness issues", lambda m: issue_texts(m.issues)),
        ("Data collection issues", lambda m: data_issue_codes(m.data_issues)),
        ("Recommended size", lambda m: m.recommended_size),
        (f"Compute monthly cost estimate {currency}", lambda m: m.monthly_compute_cost),
        (f"Storage monthly cost estimate {currency}", lambda m: m.monthly_storage_cost),
        (
            f"Estimated monthly savings from Azure Hybrid Benefit for Windows OS {currency}",
            lambda m: m.monthly_windows_hybrid_benefit_savings,
        ),
        (
            f"Estimated monthly savings from Azure Hybrid Benefit for Linux OS {currency}",
            lambda m: m.monthly_linux_hybrid_benefit_savings,
        ),
        ("Security readiness", lambda m: readiness(m.security_readiness)),
        (f"Security monthly cost estimate {currency}", lambda m: m.monthly_security_cost),
        ("Operating system", lambda m: m.operating_system_name),
        ("Boot type", lambda m: m.boot_type),
        ("Processor", lambda m: m.processor_model),
        ("Cores", lambda m: m.number_of_cores),
        ("Memory(MB)", lambda m: m.megabytes_of_memory),
        ("CPU usage(%)", lambda m: m.percentage_cores_utilization),
        ("Memory usage(%)", lambda m: m.percentage_memory_utilization),
        ("Storage(GB)", lambda m: total(disk.gigabytes_provisioned for disk in m.disks)),
        ("Standard HDD disks", _disks_of_type("Standard")),
        ("Standard SSD disks", _disks_of_type("StandardSSD")),
        ("Premium disks", _disks_of_type("Premium")),
        ("Premium SSD V2 disks", _disks_of_type("PremiumV2")),
        ("Ultra disks", _disks_of_type("Ultra")),
        ("Disk read(ops/sec)", lambda m: total(disk.read_iops for disk in m.disks)),
        ("Disk write(ops/sec)", lambda m: total(disk.write_iops for disk in m.disks)),
        ("Disk read(MBPS)", lambda m: total(disk.read_mb_per_second for disk in m.disks)),
        ("Disk write(MBPS)", lambda m: total(disk.write_mb_per_second for disk in m.disks)),
        ("Confidence Rating (% of utilization data collected)", lambda m: m.confidence_percent),
        ("Network adapters", lambda m: len(m.nics)),
        ("IP address", lambda m: joined(address for nic in m.nics for address in nic.ip_addresses)),
        ("MAC address", lambda m: joined(nic.mac_address for nic in m.nics)),
        ("Network in(MBPS)", lambda m: total(nic.received_mb_per_second for nic in m.nics)),
        ("Network out(MBPS)", lambda m: total(nic.transmitted_mb_per_second for nic in m.nics)),
        ("Group name", lambda _: group_name),
    )


def _disks_of_type(disk_type: str) -> Callable[[AssessedMachine], Cell]:
    return lambda m: sum(disk.recommended_disk_type == disk_type for disk in m.disks)
