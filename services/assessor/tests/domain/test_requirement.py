"""Needs: percentile times comfort factor, with the documented fall-backs."""

from typing import Any

import pytest

from assessor.domain.requirement import requirement

# Each row is a worked example of Azure Migrate's documentation.
WORKED_EXAMPLES = [
    pytest.param(
        {}, {"scaling_factor": 1.3}, 2.6, 5.2, id="troubleshoot-assessment-2021: 50 % of 4 cores / 8 GB x 1.3"
    ),
    pytest.param(
        {}, {"sizing_criterion": "AsOnPremises"}, 4, 8, id="best-practices-2025: as-is keeps the allocation"
    ),
    pytest.param({}, {"scaling_factor": 1.0}, 2, 4, id="common-questions-2023: 50 % at factor 1.0"),
    pytest.param(
        {"cpu": 50, "memory": 100},
        {"scaling_factor": 2.0},
        4,
        16,
        id="tutorial-2022: effective 2 cores and 8 GB at factor 2.0",
    ),
]


@pytest.mark.parametrize(("machine", "settings_given", "cores", "memory_gib"), WORKED_EXAMPLES)
def test_worked_examples_of_cores_and_memory(
    machine: Any, settings_given: Any, cores: Any, memory_gib: Any, a_machine: Any, settings: Any
) -> None:
    need = requirement(a_machine(**machine), settings(**settings_given))
    assert (need.cores, need.memory_gib) == (cores, memory_gib)


def test_never_measured_machine_keeps_its_allocation_without_factor(a_machine: Any, settings: Any) -> None:
    need = requirement(a_machine(cpu=None, memory=None), settings(scaling_factor=1.3))
    assert (need.cores, need.memory_gib) == (4, 8)


def test_factor_multiplies_the_allocation_in_as_is(a_machine: Any, settings: Any) -> None:
    need = requirement(a_machine(), settings(sizing_criterion="AsOnPremises", scaling_factor=1.3))
    assert (need.cores, need.memory_gib) == (5.2, 10.4)


def test_memory_use_above_100_percent_sizes_up(a_machine: Any, settings: Any) -> None:
    assert requirement(a_machine(memory=150), settings(scaling_factor=1.0)).memory_gib == 12


def test_needs_are_rounded_so_that_binary_fractions_cost_nothing(a_machine: Any, settings: Any) -> None:
    # 3 x 70 % x 1.1 is 2.3100000000000005 in binary floating point.
    need = requirement(a_machine(cores=3, cpu=70), settings(scaling_factor=1.1))
    assert need.cores == 2.31


def test_read_and_write_are_added_then_multiplied(a_machine: Any, a_disk: Any, settings: Any) -> None:
    machine = a_machine(disks=(a_disk(100, 100, 50, 10, 20), a_disk(100, 10, 0, 1, 0)))
    need = requirement(machine, settings(scaling_factor=1.3))
    assert [(disk.iops, disk.mb_per_second) for disk in need.disks] == [(195, 39), (13, 1.3)]
    assert (need.disk_iops, need.disk_mb_per_second) == (208, 40.3)


def test_counters_missing_beside_measured_ones_count_as_zero(
    a_machine: Any, a_disk: Any, settings: Any
) -> None:
    machine = a_machine(disks=(a_disk(100, None, None, 10, None),))
    disk = requirement(machine, settings(scaling_factor=1.0)).disks[0]
    assert (disk.iops, disk.mb_per_second, disk.is_measured) == (0, 10, True)


def test_disk_without_any_counter_is_not_measured(a_machine: Any, a_disk: Any, settings: Any) -> None:
    machine = a_machine(disks=(a_disk(100, None, None, None, None),))
    assert not requirement(machine, settings()).disks[0].is_measured


def test_only_transmitted_traffic_counts(a_machine: Any, a_nic: Any, settings: Any) -> None:
    machine = a_machine(nics=(a_nic(10, 500), a_nic(5, None)))
    assert requirement(machine, settings(scaling_factor=1.0)).network_mbit_per_second == 120


def test_as_is_ignores_use_of_disks_and_network(
    a_machine: Any, a_disk: Any, a_nic: Any, settings: Any
) -> None:
    machine = a_machine(disks=(a_disk(100, 1e5),), nics=(a_nic(1e5),))
    need = requirement(machine, settings(sizing_criterion="AsOnPremises"))
    assert (need.disk_iops, need.network_mbit_per_second, need.nics) == (0, 0, 1)
