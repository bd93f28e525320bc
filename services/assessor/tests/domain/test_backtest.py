"""What a back-test compares with what, and which of it needs no counting."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run_settings
from hypothesis import strategies as st

from assessor.domain.assess import Assessment
from assessor.domain.backtest import Check, backtest_on_peaks, count_peaks, counted, planned_checks
from assessor.domain.machine import Disk, Machine, Nic, Source, Usage
from assessor.domain.percentile import nearest_rank
from surveyor_inventory.exceedance import Exceedance

PEAKS = st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=30)


def measured(*peaks: float | None) -> Usage:
    """A series with its 95th percentile, as a file gives it."""
    known = [peak for peak in peaks if peak is not None]
    return Usage(nearest_rank(known, 95), len(known), max(known, default=None), peaks)


def the_check(checks: tuple[Check, ...], name: str, disk: int | None = None) -> Check:
    (found,) = [check for check in checks if (check.name, check.disk) == (name, disk)]
    return found


@pytest.fixture
def busy(a_machine: Any) -> Any:
    """4 cores and 8 GiB, hardly used but for one peak of each; two disks and one adapter."""
    quiet = measured(*[1.0] * 99, 90.0)
    disks = tuple(
        Disk(name, 64, name == "os", quiet, quiet, quiet, quiet, instance=f"scsi0:{number}")
        for number, name in enumerate(("os", "data"))
    )
    used = {"cpu_percent": measured(*[10.0] * 99, 90.0), "memory_percent": measured(*[10.0] * 99, 90.0)}
    return replace(a_machine(), disks=disks, nics=(Nic("nic", quiet, quiet, instance="4000"),), **used)


@pytest.fixture
def premium(an_assessment: Any) -> Any:
    return an_assessment(azure_vm_families=["Dsv5_series"], azure_disk_types=["Premium"])


def test_cores_and_memory_are_compared_in_per_cent_of_what_is_allocated(
    busy: Machine, premium: Assessment
) -> None:
    checks = planned_checks(premium.assess(busy))
    cpu, memory = the_check(checks, "vcpus"), the_check(checks, "memory_gib")
    assert (cpu.limit, cpu.threshold, cpu.metrics, cpu.instances) == (2, 50, ("cpu_percent",), ("",))
    assert (memory.limit, memory.threshold) == (8, 100)


def test_size_is_tested_over_all_disks_and_each_azure_disk_alone(busy: Machine, premium: Assessment) -> None:
    checks = planned_checks(premium.assess(busy))
    together = the_check(checks, "disk_iops")
    assert (together.limit, together.instances) == (3_750, ("scsi0:0", "scsi0:1"))
    assert together.metrics == ("read_iops", "write_iops")
    one = the_check(checks, "azure_disk_mb_per_second", 1)
    assert (one.limit, one.instances) == (50, ("scsi0:1",))
    assert one.metrics == ("read_mb_per_second", "write_mb_per_second")


def test_network_is_compared_in_mb_per_second_of_what_is_sent(busy: Machine, premium: Assessment) -> None:
    network = the_check(planned_checks(premium.assess(busy)), "network_mbit_per_second")
    assert (network.limit, network.threshold) == (12_500, 1_562.5)
    assert (network.metrics, network.instances) == (("transmitted_mb_per_second",), ("4000",))


def test_only_what_could_exceed_its_limit_needs_counting(busy: Machine, premium: Assessment) -> None:
    checks = planned_checks(premium.assess(busy))
    needed = {(check.name, check.disk) for check in checks if check.needs_counting}
    # Of two cores 90 % of four are too much; of a P6 disk twice 90 MB/s of its 50.
    assert needed == {
        ("vcpus", None),
        ("disk_mb_per_second", None),
        ("azure_disk_mb_per_second", 0),
        ("azure_disk_mb_per_second", 1),
    }


def test_peaks_above_the_recommendation_are_counted(busy: Machine, premium: Assessment) -> None:
    backtest = backtest_on_peaks(premium.assess(busy))
    (cpu,) = [checked.count for checked in backtest if checked.check.name == "vcpus"]
    assert cpu == Exceedance(measured=100, above=1, longest_above=1)
    (memory,) = [checked.count for checked in backtest if checked.check.name == "memory_gib"]
    assert memory == Exceedance(measured=100, above=0, longest_above=0)


def test_unknown_limit_is_named_and_not_counted(busy: Machine, premium: Assessment) -> None:
    checks = planned_checks(premium.assess(busy))
    unknown = replace(the_check(checks, "disk_iops"), limit=None, threshold=None)
    assert not unknown.needs_counting
    assert [checked.count for checked in counted([unknown], {})] == [None]


def test_as_is_assessment_has_no_back_test(busy: Machine, an_assessment: Any) -> None:
    unread = Usage(None, 0)
    machine = replace(busy, cpu_percent=unread, memory_percent=unread, disks=(), nics=())
    assert planned_checks(an_assessment(sizing_criterion="AsOnPremises").assess(machine)) == ()


def test_machine_without_a_recommendation_has_no_back_test(busy: Machine, an_assessment: Any) -> None:
    without_prices = an_assessment(azure_offer_code="MSAZR0023P")
    assert planned_checks(without_prices.assess(busy)) == ()


def test_plain_values_have_no_peaks_to_test(a_machine: Any, premium: Assessment) -> None:
    value = Usage(50.0, None)
    machine = replace(a_machine(), source=Source.IMPORT, cpu_percent=value, memory_percent=value)
    assert planned_checks(premium.assess(machine)) == ()


@given(series=st.lists(PEAKS, min_size=1, max_size=4), threshold=st.floats(0, 300))
@run_settings(max_examples=200, deadline=None)
def test_what_needs_no_counting_is_never_above(series: list[list[float | None]], threshold: float) -> None:
    usages = tuple(measured(*peaks) for peaks in series)
    check = Check("disk_iops", None, threshold, ("read_iops",), ("a",), threshold, usages)
    if not check.needs_counting:
        assert count_peaks(check).above == 0
