"""One machine from beginning to end: readiness, disks, network, size, cost, confidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.evaluator.brute_force.disks import COUNTERS, PROVISIONED, DiskAnswer, evaluate_disk
from tests.evaluator.brute_force.operating_systems import OperatingSystem
from tests.evaluator.brute_force.request import Request, Usage, at_percentile, need
from tests.evaluator.brute_force.sizes import ComputeNeed, SizeAnswer, evaluate_size
from tests.evaluator.brute_force.tables import CURRENCY_RATES

RANKS = ("Suitable", "ConditionallySuitable", "ReadinessUnknown", "NotSuitable")
MOST_CORES, MOST_MEMORY_GIB, MOST_DISK_GIB, MOST_DISKS, MOST_NICS = 128, 3_892, 65_536, 65, 32
NETWORK = ("received_mb_per_second", "transmitted_mb_per_second")


@dataclass
class Answer:
    """What the assessment should say of a machine."""

    readiness: str = "Suitable"
    issues: set[str] = field(default_factory=set)
    data_issues: set[str] = field(default_factory=set)
    cores: float = 0.0
    memory_gib: float = 0.0
    size: str | None = None
    compute: Decimal | None = None
    storage: Decimal | None = None
    confidence: float | None = None
    disks: list[DiskAnswer] = field(default_factory=list)

    def find(self, issue: str, category: str) -> None:
        """Note a finding; the worst category wins."""
        self.issues.add(issue)
        self.worsen(category)

    def worsen(self, category: str) -> None:
        self.readiness = max(self.readiness, category, key=RANKS.index)


def evaluate(machine: dict[str, Any], system: OperatingSystem, request: Request) -> Answer:
    """Work out the whole answer; a stage that fails ends it."""
    answer = Answer(confidence=_confidence(machine, request))
    boot = _boot(machine)
    _needs(machine, request, answer)
    _readiness(machine, system, boot, request, answer)
    if answer.readiness == "NotSuitable":
        return answer
    system_disk = _system_disk(machine.get("disks", []))
    answer.disks = [
        evaluate_disk(disk, request, holds_system=position == system_disk)
        for position, disk in enumerate(machine.get("disks", []))
    ]
    if any(disk.offer is None for disk in answer.disks):
        answer.find("OneOrMoreDisksNotSuitable", "NotSuitable")
        return answer
    answer.storage = _storage_cost(answer, request)
    found = evaluate_size(_compute_need(machine, boot, request, answer), request, windows=system.is_windows)
    _take(found, request, answer)
    return answer


def _boot(machine: dict[str, Any]) -> str | None:
    boot = {"bios": "bios", "uefi": "uefi", "efi": "uefi"}.get((machine.get("boot_type") or "").lower())
    return "bios" if boot is None and machine.get("source") == "import" else boot


def _needs(machine: dict[str, Any], request: Request, answer: Answer) -> None:
    allocated_gib = machine["memory_mib"] / 1024
    if not request.performance_based:
        answer.cores = need(machine["cores"] * request.factor)
        answer.memory_gib = need(allocated_gib * request.factor)
        return
    cpu = at_percentile(machine.get("cpu_percent"), request.percentile)
    memory = at_percentile(machine.get("memory_percent"), request.percentile)
    answer.cores = machine["cores"] if cpu is None else need(machine["cores"] * cpu / 100 * request.factor)
    answer.memory_gib = need(
        allocated_gib if memory is None else allocated_gib * memory / 100 * request.factor
    )
    if cpu is None:
        answer.data_issues.add("PercentageOfCoresUtilizedMissing")
    if memory is None:
        answer.data_issues.add("PercentageOfMemoryUtilizedMissing")


def _readiness(
    machine: dict[str, Any], system: OperatingSystem, boot: str | None, request: Request, answer: Answer
) -> None:
    category, issues = system.verdict(imported=machine.get("source") == "import")
    answer.worsen(category)
    answer.issues |= issues
    if boot == "uefi" and not system.boots_uefi:
        answer.find("BootTypeNotSupported", "NotSuitable")
    if boot is None:
        answer.find("BootTypeUnknown", "ConditionallySuitable")
    # The limits compare allocated cores and memory with the factor, even where the size will not.
    cores_missing = "PercentageOfCoresUtilizedMissing" in answer.data_issues
    memory_missing = "PercentageOfMemoryUtilizedMissing" in answer.data_issues
    cores = need(answer.cores * request.factor) if cores_missing else answer.cores
    memory_gib = need(machine["memory_mib"] / 1024 * request.factor) if memory_missing else answer.memory_gib
    if cores > MOST_CORES or memory_gib > MOST_MEMORY_GIB:
        answer.find("NoSuitableVmSizeFound", "NotSuitable")
    disks = machine.get("disks", [])
    if any(disk["size_gib"] > MOST_DISK_GIB for disk in disks):
        answer.find("OneOrMoreDisksNotSuitable", "NotSuitable")
    if len(disks) > MOST_DISKS:
        answer.find("MoreDisksThanSupported", "NotSuitable")
    if len(machine.get("nics", [])) > MOST_NICS:
        answer.find("OneOrMoreAdaptersNotSuitable", "NotSuitable")


def _system_disk(disks: list[dict[str, Any]]) -> int:
    return next((position for position, disk in enumerate(disks) if disk.get("is_os_disk")), 0)


def _storage_cost(answer: Answer, request: Request) -> Decimal | None:
    total = Decimal(0)
    for disk in answer.disks:
        if disk.offer is None or disk.offer.usd is None:
            answer.data_issues.add("CannotReportStorageCost")
            return None
        total += disk.offer.usd
    return total * CURRENCY_RATES[request.currency]


def _compute_need(machine: dict[str, Any], boot: str | None, request: Request, answer: Answer) -> ComputeNeed:
    nics = machine.get("nics", [])
    types = {disk.offer.disk_type for disk in answer.disks if disk.offer}
    sent = 0.0
    if request.performance_based:
        sent = sum(
            at_percentile(nic.get("transmitted_mb_per_second"), request.percentile) or 0 for nic in nics
        )
    return ComputeNeed(
        cores=answer.cores,
        memory_gib=answer.memory_gib,
        boot=boot,
        data_disks=max(0, len(answer.disks) - 1),
        any_premium=bool(types & {"Premium SSD", *PROVISIONED}),
        any_v2_or_ultra=bool(types & set(PROVISIONED)),
        iops=need(sum(disk.iops for disk in answer.disks)),
        mb_per_second=need(sum(disk.mb_per_second for disk in answer.disks)),
        nics=len(nics),
        network_mbit_per_second=need(sent * request.factor * 8),
    )


def _take(found: SizeAnswer, request: Request, answer: Answer) -> None:
    if found.size is None or found.usd_per_hour is None:
        answer.find(found.issue or "", "NotSuitable")
        return
    if found.limits_unknown:
        answer.issues.add("SizeLimitUnknown")
    discount = request.pay_as_you_go_factor if request.term == "payg" else Decimal(1)
    answer.size = found.size
    answer.compute = found.usd_per_hour * request.hours * discount * CURRENCY_RATES[request.currency]


def _confidence(machine: dict[str, Any], request: Request) -> float | None:
    """Points that are there over points expected, in percent; null where the documents give none."""
    series = list(_series(machine))
    plain_numbers = any(isinstance(usage, int | float) for usage in series)
    if not request.performance_based or machine.get("source") == "import" or plain_numbers:
        return None
    lists = [usage for usage in series if isinstance(usage, list)]
    available = sum(len([value for value in usage if value is not None]) for usage in lists)
    expected = 2 + 4 * len(machine.get("disks", [])) + 2 * len(machine.get("nics", []))
    return 100 * available / (request.window_points * expected)


def _series(machine: dict[str, Any]) -> Iterator[Usage]:
    yield machine.get("cpu_percent")
    yield machine.get("memory_percent")
    for disk in machine.get("disks", []):
        yield from (disk.get(counter) for counter in COUNTERS)
    for nic in machine.get("nics", []):
        yield from (nic.get(counter) for counter in NETWORK)
