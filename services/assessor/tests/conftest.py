"""Builders of domain values, and the packaged catalogue."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from assessor.catalogue.packaged import packaged_catalogue
from assessor.domain.assess import Assessment
from assessor.domain.catalogue import Catalogue, Licence, Price, Term, VmSize
from assessor.domain.machine import BootType, Disk, Machine, Nic, Source, Usage
from surveyor_inventory.guest_os import identify_guest_os
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

MakeMachine = Callable[..., Machine]
MakeDisk = Callable[..., Disk]
MakeNic = Callable[..., Nic]
MakeSettings = Callable[..., AssessmentSettings]
MakeSize = Callable[..., VmSize]
MakeCatalogue = Callable[..., Catalogue]
MakeAssessment = Callable[..., Assessment]

DAY_POINTS = 144


def _usage(value: float | None) -> Usage:
    return Usage(value, 0 if value is None else DAY_POINTS)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return packaged_catalogue()


@pytest.fixture(scope="session")
def a_disk() -> MakeDisk:
    """A measured data disk; usages are given as plain percentile values."""

    def make(
        size_gib: float | None = 64,
        read_iops: float | None = 0,
        write_iops: float | None = 0,
        read_mb_per_second: float | None = 0,
        write_mb_per_second: float | None = 0,
        *,
        name: str = "data",
        is_os_disk: bool = False,
    ) -> Disk:
        return Disk(
            name,
            size_gib,
            is_os_disk,
            _usage(read_iops),
            _usage(write_iops),
            _usage(read_mb_per_second),
            _usage(write_mb_per_second),
        )

    return make


@pytest.fixture(scope="session")
def a_nic() -> MakeNic:
    def make(transmitted_mb_per_second: float | None = 0, received_mb_per_second: float | None = 0) -> Nic:
        return Nic("nic", _usage(received_mb_per_second), _usage(transmitted_mb_per_second))

    return make


@pytest.fixture(scope="session")
def a_machine() -> MakeMachine:
    """A BIOS machine with Ubuntu 22.04 at 50 % of 4 cores and 8 GiB, without disks and adapters."""

    def make(
        os_name: str | None = "Ubuntu 22.04",
        *,
        cpu: float | None = 50,
        memory: float | None = 50,
        architecture: str | None = None,
        **changes: Any,
    ) -> Machine:
        values: dict[str, Any] = {
            "name": "machine",
            "source": Source.VMWARE,
            "cores": 4,
            "memory_mib": 8_192,
            "boot_type": BootType.BIOS,
        }
        return Machine(
            os_name=os_name,
            guest_os=identify_guest_os(os_name, architecture=architecture),
            cpu_percent=_usage(cpu),
            memory_percent=_usage(memory),
            **(values | changes),
        )

    return make


@pytest.fixture(scope="session")
def settings() -> MakeSettings:
    def make(**changes: Any) -> AssessmentSettings:
        return AssessmentSettings.model_validate({"azure_location": "westeurope"} | changes)

    return make


@pytest.fixture(scope="session")
def an_assessment(catalogue: Catalogue, settings: MakeSettings) -> MakeAssessment:
    def make(**changes: Any) -> Assessment:
        return Assessment(settings(**changes), catalogue)

    return make


@pytest.fixture(scope="session")
def a_size() -> MakeSize:
    """A size whose limits are all known."""

    def make(name: str = "Standard_D4s_v5", **changes: Any) -> VmSize:
        values: dict[str, Any] = {
            "series": "Dsv5",
            "vcpus": 4,
            "memory_gib": 16,
            "is_constrained": "-" in name,
            "max_data_disks": 8,
            "max_nics": 2,
            "premium_io": True,
            "uncached_iops": 6_400,
            "uncached_mb_per_second": 145,
            "v2_ultra_iops": None,
            "v2_ultra_mb_per_second": None,
            "network_mbit_per_second": 12_500,
            "cpu_architecture": "x64",
            "boots_bios": True,
            "boots_uefi": True,
        }
        return VmSize(name=name, **(values | changes))

    return make


@pytest.fixture(scope="session")
def a_catalogue() -> MakeCatalogue:
    """The given sizes, each with a price, in West Europe; disks are those of the packaged catalogue."""
    packaged = packaged_catalogue()

    def make(*priced: tuple[VmSize, str | None]) -> Catalogue:
        prices = {size.name: Price(Decimal(usd), date(2026, 8, 1)) for size, usd in priced if usd is not None}
        return replace(
            packaged,
            sizes={size.name: size for size, _ in priced},
            sizes_in_region={"westeurope": frozenset(size.name for size, _ in priced)},
            vm_prices={("westeurope", Licence.LINUX, Term.PAY_AS_YOU_GO): prices},
        )

    return make
