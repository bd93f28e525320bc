"""Algebra of sizing, over sizes whose limits are all known and with a fixed disk type."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run_settings
from hypothesis import strategies as st

from assessor.catalogue.packaged import packaged_catalogue
from assessor.domain.assess import Assessment
from assessor.domain.catalogue import Catalogue, VmSize
from assessor.domain.machine import BootType, Disk, Machine, Nic, Source, Usage
from assessor.domain.result import AssessedMachine
from surveyor_inventory.guest_os import identify_guest_os
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

REGION = "westeurope"
Assess = Callable[[Machine], AssessedMachine]


def is_fully_known(size: VmSize) -> bool:
    limits = (size.uncached_iops, size.uncached_mb_per_second, size.network_mbit_per_second, size.max_nics)
    return size.memory_gib is not None and None not in limits


@pytest.fixture(scope="module")
def known_catalogue() -> Catalogue:
    packaged = packaged_catalogue()
    known = frozenset(size.name for size in packaged.sizes.values() if is_fully_known(size))
    return replace(packaged, sizes_in_region={REGION: packaged.sizes_in_region[REGION] & known})


@pytest.fixture(scope="module")
def assess(known_catalogue: Catalogue) -> Assess:
    settings = AssessmentSettings.model_validate(
        {"azure_location": REGION, "azure_disk_types": ["Premium"], "scaling_factor": 1.3}
    )
    return Assessment(settings, known_catalogue).assess


def usages(largest: float) -> st.SearchStrategy[Usage]:
    return st.builds(Usage, st.floats(0, largest), st.just(144))


DISKS = st.builds(
    Disk,
    st.just("disk"),
    st.floats(1, 4_000),
    st.booleans(),
    usages(2_000),
    usages(2_000),
    usages(60),
    usages(60),
)
NICS = st.builds(Nic, st.just("nic"), usages(100), usages(100))


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    return Machine(
        name="machine",
        source=Source.VMWARE,
        cores=draw(st.integers(1, 64)),
        memory_mib=draw(st.integers(512, 500_000)),
        boot_type=draw(st.sampled_from(BootType)),
        os_name="Ubuntu 22.04",
        guest_os=identify_guest_os("Ubuntu 22.04"),
        cpu_percent=draw(usages(100)),
        memory_percent=draw(usages(150)),
        disks=tuple(draw(st.lists(DISKS, max_size=4))),
        nics=tuple(draw(st.lists(NICS, max_size=4))),
    )


def scaled(usage: Usage, factor: float) -> Usage:
    return replace(usage, value=(usage.value or 0) * factor)


def grown(machine: Machine, factor: float) -> Machine:
    """The same machine with `factor` times the use of everything."""
    return replace(
        machine,
        cpu_percent=scaled(machine.cpu_percent, factor),
        memory_percent=scaled(machine.memory_percent, factor),
        disks=tuple(
            replace(
                disk,
                read_iops=scaled(disk.read_iops, factor),
                write_iops=scaled(disk.write_iops, factor),
                read_mb_per_second=scaled(disk.read_mb_per_second, factor),
                write_mb_per_second=scaled(disk.write_mb_per_second, factor),
            )
            for disk in machine.disks
        ),
        nics=tuple(
            replace(nic, transmitted_mb_per_second=scaled(nic.transmitted_mb_per_second, factor))
            for nic in machine.nics
        ),
    )


@given(machine=machines(), factor=st.floats(1, 3))
@run_settings(max_examples=150, deadline=None)
def test_larger_need_never_gets_a_cheaper_size(machine: Machine, factor: float, assess: Any) -> None:
    small, large = assess(machine), assess(grown(machine, factor))
    if large.monthly_compute_cost is not None:
        assert small.monthly_compute_cost is not None
        assert large.monthly_compute_cost >= small.monthly_compute_cost
        assert large.monthly_storage_cost >= small.monthly_storage_cost


@given(machine=machines(), left_out=st.sets(st.integers(0, 400), min_size=1, max_size=200))
@run_settings(max_examples=60, deadline=None)
def test_more_sizes_in_the_catalogue_never_raise_a_cost(
    machine: Machine, left_out: set[int], known_catalogue: Catalogue, assess: Any
) -> None:
    names = sorted(known_catalogue.sizes_in_region[REGION])
    kept = frozenset(name for position, name in enumerate(names) if position not in left_out)
    smaller = replace(known_catalogue, sizes_in_region={REGION: kept})
    settings = AssessmentSettings.model_validate(
        {"azure_location": REGION, "azure_disk_types": ["Premium"], "scaling_factor": 1.3}
    )
    fewer, more = Assessment(settings, smaller).assess(machine), assess(machine)
    if fewer.monthly_compute_cost is not None:
        assert more.monthly_compute_cost is not None
        assert more.monthly_compute_cost <= fewer.monthly_compute_cost


@given(machine=machines())
@run_settings(max_examples=100, deadline=None)
def test_full_use_at_factor_one_gives_the_as_is_size(machine: Machine, known_catalogue: Catalogue) -> None:
    idle = Usage(0, 144)
    full = replace(
        machine,
        cpu_percent=Usage(100, 144),
        memory_percent=Usage(100, 144),
        disks=tuple(
            Disk(disk.name, disk.size_gib, disk.is_os_disk, idle, idle, idle, idle) for disk in machine.disks
        ),
        nics=tuple(Nic(nic.name, idle, idle) for nic in machine.nics),
    )
    common = {"azure_location": REGION, "azure_disk_types": ["Premium"], "scaling_factor": 1.0}
    measured = AssessmentSettings.model_validate(common)
    as_is = AssessmentSettings.model_validate(common | {"sizing_criterion": "AsOnPremises"})
    by_use = Assessment(measured, known_catalogue).assess(full)
    by_allocation = Assessment(as_is, known_catalogue).assess(full)
    assert by_use.recommended_size == by_allocation.recommended_size


@given(estate=st.lists(machines(), max_size=5), random=st.randoms(use_true_random=False))
@run_settings(max_examples=30, deadline=None)
def test_order_of_machines_is_irrelevant(estate: list[Machine], random: Any, assess: Any) -> None:
    shuffled = estate[:]
    random.shuffle(shuffled)
    by_identity = {id(machine): assess(machine) for machine in shuffled}
    assert [by_identity[id(machine)] for machine in estate] == [assess(machine) for machine in estate]
