"""What each code means to a person: text, cause and fix."""

from typing import NamedTuple

from assessor.domain.issues import DataIssue, Issue


class Explanation(NamedTuple):
    text: str
    cause: str
    fix: str


_CHECK_VERSION_FIX = "Let the guest report its exact version, or compare it with the endorsed list yourself."
_MEASURE_FIX = "Keep the machine running and discovered for the whole performance history, then recalculate."

EXPLANATIONS: dict[Issue | DataIssue, Explanation] = {
    Issue.BOOT_TYPE_NOT_SUPPORTED: Explanation(
        "The boot type is not supported",
        "Windows Server 2003 to 2008 R2 starts from UEFI, which Azure cannot start.",
        "Convert the machine to BIOS, or upgrade its operating system.",
    ),
    Issue.BOOT_TYPE_UNKNOWN: Explanation(
        "The boot type is not known",
        "The source did not report the firmware of the machine.",
        "Check that the collector may read the machine's configuration.",
    ),
    Issue.WINDOWS_SERVER_CONDITIONAL: Explanation(
        "Windows Server version with conditional support",
        "Microsoft no longer supports this version, or it is not one that Azure lists.",
        "Upgrade before the move, or obtain a custom support agreement.",
    ),
    Issue.WINDOWS_NO_LONGER_SUPPORTED: Explanation(
        "Windows version without support",
        "The version is past its end of support; it may start in Azure.",
        "Upgrade the operating system before the move.",
    ),
    Issue.WINDOWS_CLIENT_CONDITIONAL: Explanation(
        "Windows client",
        "Windows clients run in Azure only under a Visual Studio subscription or multitenant hosting rights.",
        "Check the licence before the move.",
    ),
    Issue.OS_UNKNOWN: Explanation(
        "The operating system is not known",
        "The source reports no operating system, or one that cannot be told.",
        "Set the guest operating system in the hypervisor, or install its guest tools.",
    ),
    Issue.OS_CONDITIONAL: Explanation(
        "The operating system is not endorsed",
        "Azure does not support it; it may start.",
        "Move the workload to a supported operating system.",
    ),
    Issue.OS_NOT_SUPPORTED: Explanation(
        "The operating system is not accepted",
        "A rule of this installation refuses it.",
        "Upgrade or replace the operating system before the move.",
    ),
    Issue.CORES_OR_MEMORY_UNKNOWN: Explanation(
        "Cores or memory are not known",
        "The source does not tell how large the machine is, so nothing can be sized.",
        "Check that the collector may read the machine's configuration, or complete the import.",
    ),
    Issue.OS_ARCHITECTURE: Explanation(
        "32-bit operating system",
        "Azure may not fully support 32-bit operating systems.",
        "Move to a 64-bit operating system.",
    ),
    Issue.LINUX_ENDORSED_WITH_CONDITIONS: Explanation(
        "Linux distribution endorsed, version not known",
        "The distribution is endorsed, but the source did not report an exact version.",
        _CHECK_VERSION_FIX,
    ),
    Issue.LINUX_UNENDORSED: Explanation(
        "Linux distribution or version not endorsed",
        "Azure does not endorse this distribution or this version; it may start.",
        "Upgrade to an endorsed version.",
    ),
    Issue.CHECK_RED_HAT_VERSION: Explanation(
        "Red Hat Enterprise Linux version not known", "The minor version is missing.", _CHECK_VERSION_FIX
    ),
    Issue.CHECK_DEBIAN_VERSION: Explanation(
        "Debian version not known", "The minor version is missing.", _CHECK_VERSION_FIX
    ),
    Issue.CHECK_SUSE_VERSION: Explanation(
        "SUSE Linux Enterprise Server version not known", "The service pack is missing.", _CHECK_VERSION_FIX
    ),
    Issue.CHECK_ORACLE_LINUX_VERSION: Explanation(
        "Oracle Linux version not known", "The minor version is missing.", _CHECK_VERSION_FIX
    ),
    Issue.CHECK_UBUNTU_VERSION: Explanation(
        "Ubuntu version not known", "The release is missing.", _CHECK_VERSION_FIX
    ),
    Issue.MORE_DISKS_THAN_SUPPORTED: Explanation(
        "Too many disks",
        "An Azure machine has at most 65 disks, the operating system disk included.",
        "Merge or remove disks before the move.",
    ),
    Issue.DISKS_NOT_SUITABLE: Explanation(
        "One or more disks are not suitable",
        "No Azure disk that the settings allow fits them; see the disks.",
        "Shrink or stripe the disks, or allow other disk types.",
    ),
    Issue.ADAPTERS_NOT_SUITABLE: Explanation(
        "One or more network adapters are not suitable",
        "An Azure machine has at most 32 network adapters.",
        "Remove network adapters before the move.",
    ),
    Issue.NO_SUITABLE_SIZE: Explanation(
        "No size has the required cores, memory, disks and adapters",
        "Every size of the chosen families and region is too small in one of them, does not start from the"
        " machine's firmware or takes no premium disks; or the need is above the documented 128 cores or"
        " 3,892 GiB.",
        "Lower the comfort factor, allow more families or other disk types, or split the machine.",
    ),
    Issue.NO_SIZE_IN_LOCATION: Explanation(
        "No size in the chosen region",
        "The catalogue lists no sizes for this region.",
        "Choose another region, or update the catalogue.",
    ),
    Issue.NO_SIZE_IN_FAMILY: Explanation(
        "No size in the chosen families",
        "The families have no size in this region, or rules of this installation leave all of them out.",
        "Choose other families or another region.",
    ),
    Issue.NO_SIZE_FOR_STANDARD_TIER: Explanation(
        "No size in pricing tier Standard",
        "The chosen families hold Basic sizes only.",
        "Choose pricing tier Basic or other families.",
    ),
    Issue.NO_SIZE_FOR_BASIC_TIER: Explanation(
        "No size in pricing tier Basic",
        "The chosen families hold no Basic sizes.",
        "Choose pricing tier Standard.",
    ),
    Issue.NO_SIZE_FOR_STORAGE: Explanation(
        "No size for the required storage performance",
        "The disks together need more IOPS or throughput than any size allows.",
        "Reduce the storage load, or split the machine.",
    ),
    Issue.NO_SIZE_FOR_NETWORK: Explanation(
        "No size for the required network performance",
        "The machine sends more than any size allows.",
        "Reduce the network load, or split the machine.",
    ),
    Issue.NO_SIZE_WITH_PRICE: Explanation(
        "No fitting size has a price under these settings",
        "The catalogue has no price for the offer, savings option, operating system and region.",
        "Choose another offer, savings option or region, or update the catalogue.",
    ),
    Issue.SIZE_LIMIT_UNKNOWN: Explanation(
        "A limit of the recommended size is not known",
        "No size whose limits are all known fits; the catalogue lacks the named limit of this one.",
        "Check the named limit in Azure's documentation before the move.",
    ),
    Issue.DISK_TOO_LARGE: Explanation(
        "Disk too large",
        "It is larger than the largest disk of the allowed types.",
        "Shrink the disk, or allow Ultra or Premium SSD v2.",
    ),
    Issue.DISK_NOT_IN_LOCATION: Explanation(
        "Disk type not in the chosen region",
        "The allowed disk types are not offered in this region.",
        "Allow other disk types or choose another region.",
    ),
    Issue.DISK_NOT_FOR_REDUNDANCY: Explanation(
        "Disk type not with the chosen redundancy",
        "No fitting disk type offers the chosen redundancy in this region.",
        "Choose locally redundant storage or other disk types.",
    ),
    Issue.DISK_IOPS: Explanation(
        "No disk reaches the required IOPS",
        "The disk's operations x comfort factor exceed every allowed disk.",
        "Allow Ultra or Premium SSD v2, or stripe over several disks.",
    ),
    Issue.DISK_THROUGHPUT: Explanation(
        "No disk reaches the required throughput",
        "The disk's throughput x comfort factor exceeds every allowed disk.",
        "Allow Ultra or Premium SSD v2, or stripe over several disks.",
    ),
    Issue.DISK_TYPE_NOT_FOR_OS: Explanation(
        "Disk type cannot hold an operating system",
        "Premium SSD v2 and Ultra disks are data disks only, and no other type is allowed.",
        "Allow Standard, StandardSSD or Premium as well.",
    ),
    DataIssue.NO_COMPUTE_COST: Explanation(
        "No compute cost", "The catalogue has no price.", "Update the catalogue."
    ),
    DataIssue.NO_STORAGE_COST: Explanation(
        "No storage cost",
        "The catalogue has no price for at least one recommended disk in this region.",
        "Choose a region with disk prices, or update the catalogue.",
    ),
    DataIssue.NO_BANDWIDTH_COST: Explanation(
        "No bandwidth cost", "Bandwidth is not priced.", "Estimate outbound traffic separately."
    ),
    DataIssue.NO_SECURITY_COST: Explanation(
        "No security cost",
        "No public list gives the price of Microsoft Defender for Servers.",
        "Name your price under prices in the file of own rules.",
    ),
    DataIssue.LINUX_LICENCE_NOT_PRICED: Explanation(
        "Linux licence not priced",
        "The compute cost is that of plain Linux; licences of RHEL and SLES are not in the catalogue.",
        "Bring the subscription along, or add the licence's price.",
    ),
    DataIssue.NUMBER_OF_CORES_MISSING: Explanation(
        "Number of cores not known", "The source did not report it.", "Check the source."
    ),
    DataIssue.MEMORY_SIZE_MISSING: Explanation(
        "Memory size not known", "The source did not report it.", "Check the source."
    ),
    DataIssue.COMPUTE_PRICE_DERIVED: Explanation(
        "Compute price derived",
        "The catalogue has no Windows rate for the savings option: it is the Linux rate plus the "
        "difference between the pay-as-you-go rates.",
        "Take the figure as an estimate.",
    ),
    DataIssue.SIZE_RETIRES: Explanation(
        "Recommended size retires",
        "It is the cheapest that fits, but Azure has announced the end of its series.",
        "Move to another series before that, see the alternatives, or leave the series out by rules of your"
        " own.",
    ),
    DataIssue.HDD_FOR_SYSTEM_RETIRES: Explanation(
        "Standard HDD for the operating system retires",
        "Azure ends Standard HDD disks that hold an operating system on 8 September 2028.",
        "Allow Standard SSD or Premium SSD instead.",
    ),
    DataIssue.CORES_MISSING: Explanation(
        "CPU use not measured", "The machine keeps its allocated cores.", _MEASURE_FIX
    ),
    DataIssue.CORES_OUT_OF_RANGE: Explanation(
        "CPU use above 100 %", "The source reports more than the allocated cores.", "Check the source."
    ),
    DataIssue.MEMORY_MISSING: Explanation(
        "Memory use not measured",
        "The machine keeps its allocated memory. A Hyper-V machine with static memory reports no use.",
        _MEASURE_FIX,
    ),
    DataIssue.MEMORY_OUT_OF_RANGE: Explanation(
        "Memory use above 100 %",
        "The guest asks for more memory than it may have (Hyper-V dynamic memory).",
        "The recommended size covers the demand; check the machine's maximum memory.",
    ),
    DataIssue.DISK_SIZE_MISSING: Explanation(
        "Disk size not known",
        "The source did not report it, so no Azure disk can be named and storage cost is not known.",
        "Check that the collector may read the disk.",
    ),
    DataIssue.READ_IOPS_MISSING: Explanation(
        "Read operations not measured", "They count as 0.", _MEASURE_FIX
    ),
    DataIssue.WRITE_IOPS_MISSING: Explanation(
        "Write operations not measured", "They count as 0.", _MEASURE_FIX
    ),
    DataIssue.READ_THROUGHPUT_MISSING: Explanation(
        "Read throughput not measured", "It counts as 0.", _MEASURE_FIX
    ),
    DataIssue.WRITE_THROUGHPUT_MISSING: Explanation(
        "Write throughput not measured", "It counts as 0.", _MEASURE_FIX
    ),
    DataIssue.TRANSMITTED_MISSING: Explanation(
        "Transmitted traffic not measured", "Only the number of adapters counts.", _MEASURE_FIX
    ),
    DataIssue.RECEIVED_MISSING: Explanation(
        "Received traffic not measured", "It does not affect the size.", _MEASURE_FIX
    ),
}
