"""The cheapest size that fits a machine.

Source: Azure Migrate, "Azure VM assessments" (2025-02-06), "Assessment report of Azure readiness"
(2025-09-17). The order of the filters and what an unknown limit means are ours (ADR 0011).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assessor.domain.candidates import CandidatePool, Flags, Floats
from assessor.domain.catalogue import VmSize
from assessor.domain.issues import Issue
from assessor.domain.machine import BootType
from assessor.domain.rates import HourlyRate
from assessor.domain.requirement import Requirement


@dataclass(frozen=True, slots=True)
class ComputeNeed:
    """What a size must offer: the machine's requirement and what its disks and firmware ask for.

    Attributes:
        needs_premium_io: A disk is Premium SSD, Premium SSD v2 or Ultra.
        has_v2_or_ultra: The limits for those disks apply, where they are known.
        tests_performance: False for as-is: storage and network speed are not tested.
    """

    requirement: Requirement
    boot_type: BootType
    needs_premium_io: bool
    has_v2_or_ultra: bool
    tests_performance: bool


class LimitTest(NamedTuple):
    """One limit of a size against one need, and the issue when no size passes."""

    name: str
    need: float
    limits: Floats
    issue: Issue


@dataclass(frozen=True, slots=True, eq=False)
class SizeChoice:
    """`unknown_limits` names the limits that the machine uses and the catalogue does not know.

    `fitting` marks every size of the pool that would do, this one included; `tests` found them.
    """

    index: int
    size: VmSize
    rate: HourlyRate
    unknown_limits: tuple[str, ...]
    fitting: Flags
    tests: tuple[LimitTest, ...]


def choose_size(pool: CandidatePool, need: ComputeNeed) -> SizeChoice | Issue:
    """Return the cheapest fitting size, or the first filter that left none.

    A size with an unknown limit that the machine would use is second choice: it counts only if no
    size with known limits fits.
    """
    if pool.empty_because is not None:
        return pool.empty_because
    tests = tuple(_limit_tests(pool, need))
    fitting = _fitting(pool, need, tests, accept_unknown=False)
    if isinstance(fitting, Issue):
        fitting = _fitting(pool, need, tests, accept_unknown=True)
    if isinstance(fitting, Issue):
        return fitting
    index = int(np.argmax(fitting))
    rate = pool.rates[index]
    if rate is None:
        return Issue.NO_SIZE_WITH_PRICE
    return SizeChoice(index, pool.sizes[index], rate, _unknown_limits(tests, index), fitting, tests)


def _limit_tests(pool: CandidatePool, need: ComputeNeed) -> Iterator[LimitTest]:
    """The numeric tests in the order of the filters."""
    wanted = need.requirement
    yield LimitTest("vcpus", wanted.cores, pool.vcpus, Issue.NO_SUITABLE_SIZE)
    yield LimitTest("memory_gib", wanted.memory_gib, pool.memory_gib, Issue.NO_SUITABLE_SIZE)
    yield LimitTest("data_disks", wanted.data_disks, pool.max_data_disks, Issue.NO_SUITABLE_SIZE)
    if need.tests_performance:
        yield from _storage_tests(pool, need)
    yield LimitTest("nics", wanted.nics, pool.max_nics, Issue.NO_SUITABLE_SIZE)
    if need.tests_performance:
        yield LimitTest(
            "network_mbit_per_second",
            wanted.network_mbit_per_second,
            pool.network_mbit_per_second,
            Issue.NO_SIZE_FOR_NETWORK,
        )


def _storage_tests(pool: CandidatePool, need: ComputeNeed) -> Iterator[LimitTest]:
    iops, mb_per_second = pool.uncached_iops, pool.uncached_mb_per_second
    if need.has_v2_or_ultra:
        iops = np.where(np.isnan(pool.v2_ultra_iops), iops, pool.v2_ultra_iops)
        mb_per_second = np.where(
            np.isnan(pool.v2_ultra_mb_per_second), mb_per_second, pool.v2_ultra_mb_per_second
        )
    wanted = need.requirement
    yield LimitTest("disk_iops", wanted.disk_iops, iops, Issue.NO_SIZE_FOR_STORAGE)
    yield LimitTest("disk_mb_per_second", wanted.disk_mb_per_second, mb_per_second, Issue.NO_SIZE_FOR_STORAGE)


def _fitting(
    pool: CandidatePool, need: ComputeNeed, tests: Iterable[LimitTest], *, accept_unknown: bool
) -> Flags | Issue:
    """Apply the filters one after the other; the first that leaves nothing names the issue."""
    remaining = _bootable(pool, need.boot_type)
    if need.needs_premium_io:
        remaining = remaining & pool.premium_io
    if not remaining.any():
        return Issue.NO_SUITABLE_SIZE
    for test in tests:
        if test.need > 0:
            remaining = remaining & _passes(test, accept_unknown=accept_unknown)
            if not remaining.any():
                return test.issue
    remaining = remaining & pool.has_rate
    return remaining if remaining.any() else Issue.NO_SIZE_WITH_PRICE


def _bootable(pool: CandidatePool, boot_type: BootType) -> Flags:
    match boot_type:
        case BootType.BIOS:
            return pool.boots_bios
        case BootType.UEFI:
            return pool.boots_uefi
        case BootType.UNKNOWN:
            return np.ones(len(pool.sizes), dtype=np.bool_)


def _passes(test: LimitTest, *, accept_unknown: bool) -> Flags:
    passing: Flags = test.limits >= test.need
    return passing | np.isnan(test.limits) if accept_unknown else passing


def _unknown_limits(tests: Iterable[LimitTest], index: int) -> tuple[str, ...]:
    return tuple(test.name for test in tests if test.need > 0 and np.isnan(test.limits[index]))
