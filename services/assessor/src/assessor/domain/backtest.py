"""How often measured use would have exceeded what is recommended.

Which series are compared with which limit is decided here, before anything is counted: a check whose
series never reach its limit, even if all their highest peaks fell together, needs no counting. That
leaves few series to read of many machines. The counting rule is `surveyor_inventory.exceedance`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessor.domain.machine import Machine, Usage
from assessor.domain.result import AssessedDisk, AssessedMachine
from surveyor_inventory.exceedance import Exceedance, added_up, count_exceedance
from surveyor_schemas.assessments.backtest_v1 import CheckName

_MIB_PER_GIB = 1024
_MBIT_PER_MB = 8
_IOPS = ("read_iops", "write_iops")
_MB_PER_SECOND = ("read_mb_per_second", "write_mb_per_second")
_OF_THE_MACHINE = ""

NOT_COUNTED = Exceedance(measured=0, above=0, longest_above=0)


@dataclass(frozen=True, slots=True)
class Check:
    """Series that are added up at each point in time, and the limit that their sum must not exceed.

    Attributes:
        name: The dimension, in whose unit `limit` is.
        disk: Position of the one disk that is checked; None for the whole machine.
        limit: None where the catalogue does not know it.
        metrics: Canonical metrics of the series.
        instances: Counter instances of the series.
        threshold: The limit in the unit of the metrics; None without a limit.
        usages: What is known of each series.
    """

    name: CheckName
    disk: int | None
    limit: float | None
    metrics: tuple[str, ...]
    instances: tuple[str, ...]
    threshold: float | None
    usages: tuple[Usage, ...]

    @property
    def is_measured(self) -> bool:
        return any(usage.points for usage in self.usages)

    @property
    def needs_counting(self) -> bool:
        """Whether the sum could lie above the threshold at any point at all."""
        if self.threshold is None or not self.is_measured:
            return False
        peaks = [usage.peak for usage in self.usages if usage.points]
        return None in peaks or sum(peak for peak in peaks if peak is not None) > self.threshold

    @property
    def never_above(self) -> Exceedance:
        """The count of a check that needs none: the points are those of the best covered series."""
        return Exceedance(max((usage.points or 0 for usage in self.usages), default=0), 0, 0)


@dataclass(frozen=True, slots=True)
class CountedCheck:
    """`count` is None where the limit is not known."""

    check: Check
    count: Exceedance | None


def planned_checks(result: AssessedMachine) -> tuple[Check, ...]:
    """Every limit of the recommendation with the series that it bounds; none where nothing is recommended.

    As-is assessments look at no use, and what a file states as a value has no peaks: neither is checked.
    """
    if result.explanation is None or not _has_peaks(result.machine):
        return ()
    limits = {use.name: use.limit for use in result.explanation.dimensions}
    return (*_size_checks(result.machine, limits), *_disk_checks(result.machine, result.disks))


def backtest_on_peaks(result: AssessedMachine) -> tuple[CountedCheck, ...]:
    """The back-test of a machine that brought its peaks along."""
    checks = planned_checks(result)
    counts = {number: count_peaks(check) for number, check in enumerate(checks) if check.needs_counting}
    return counted(checks, counts)


def count_peaks(check: Check) -> Exceedance:
    """Count over peaks that came with the machine. They start together; a shorter series ends earlier."""
    if check.threshold is None:
        return NOT_COUNTED
    series = [usage.peaks for usage in check.usages if usage.peaks is not None]
    longest = max(map(len, series), default=0)
    padded = [(*peaks, *[None] * (longest - len(peaks))) for peaks in series]
    return count_exceedance(added_up(padded), check.threshold)


def counted(checks: Sequence[Check], counts: Mapping[int, Exceedance]) -> tuple[CountedCheck, ...]:
    """Put counts beside the checks; `counts` holds those that needed counting, by position."""
    return tuple(
        CountedCheck(check, None if check.threshold is None else counts.get(number, check.never_above))
        for number, check in enumerate(checks)
    )


def worst_percent_above(checks: Iterable[CountedCheck]) -> float | None:
    """The largest share above of all checks that have one."""
    shares = [checked.count.percent_above for checked in checks if checked.count is not None]
    return max((share for share in shares if share is not None), default=None)


def _has_peaks(machine: Machine) -> bool:
    return any(usage.points for usage in _all_usages(machine))


def _all_usages(machine: Machine) -> list[Usage]:
    of_disks = [usage for disk in machine.disks for usage in disk.usages]
    return [machine.cpu_percent, machine.memory_percent, *of_disks, *_transmitted(machine)]


def _transmitted(machine: Machine) -> list[Usage]:
    return [nic.transmitted_mb_per_second for nic in machine.nics]


def _size_checks(machine: Machine, limits: Mapping[str, float | None]) -> list[Check]:
    instances = _known(disk.instance for disk in machine.disks)
    iops = [usage for disk in machine.disks for usage in (disk.read_iops, disk.write_iops)]
    mb = [usage for disk in machine.disks for usage in (disk.read_mb_per_second, disk.write_mb_per_second)]
    network = limits.get("network_mbit_per_second")
    return [
        _of_machine("vcpus", limits, "cpu_percent", machine.cores, machine.cpu_percent),
        _of_machine("memory_gib", limits, "memory_percent", machine.memory_gib, machine.memory_percent),
        _check("disk_iops", limits.get("disk_iops"), _IOPS, instances, iops),
        _check("disk_mb_per_second", limits.get("disk_mb_per_second"), _MB_PER_SECOND, instances, mb),
        Check(
            name="network_mbit_per_second",
            disk=None,
            limit=network,
            metrics=("transmitted_mb_per_second",),
            instances=_known(nic.instance for nic in machine.nics),
            threshold=None if network is None else network / _MBIT_PER_MB,
            usages=tuple(_transmitted(machine)),
        ),
    ]


def _of_machine(
    name: CheckName, limits: Mapping[str, float | None], metric: str, allocated: float, usage: Usage
) -> Check:
    """Cores and memory are measured in per cent of what is allocated."""
    limit = limits.get(name)
    threshold = None if limit is None else 100 * limit / allocated
    return Check(name, None, limit, (metric,), (_OF_THE_MACHINE,), threshold, (usage,))


def _check(
    name: CheckName,
    limit: float | None,
    metrics: tuple[str, ...],
    instances: tuple[str, ...],
    usages: Sequence[Usage],
    disk: int | None = None,
) -> Check:
    return Check(name, disk, limit, metrics, instances, limit, tuple(usages))


def _disk_checks(machine: Machine, assessed: Sequence[AssessedDisk]) -> list[Check]:
    checks = []
    for position, (disk, answer) in enumerate(zip(machine.disks, assessed, strict=True)):
        if answer.recommended_sku is None:
            continue
        instances = _known([disk.instance])
        iops, mb = answer.recommended_iops, answer.recommended_mb_per_second
        checks += [
            _check("azure_disk_iops", iops, _IOPS, instances, disk.usages[:2], position),
            _check("azure_disk_mb_per_second", mb, _MB_PER_SECOND, instances, disk.usages[2:], position),
        ]
    return checks


def _known(instances: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(instance for instance in instances if instance is not None))
