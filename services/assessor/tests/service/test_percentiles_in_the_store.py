"""Percentiles that ClickHouse computes are those of the domain, from sealed days and open slots."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from assessor.adapters.estate import ClickHouseEstate
from assessor.adapters.statements import PatientClickHouse
from assessor.domain.inputs import MachineInputs, MeasuredUsage
from assessor.domain.percentile import nearest_rank
from assessor.domain.window import Window
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health

pytestmark = pytest.mark.parts

SLOT = timedelta(minutes=10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LAST_DAY = Window(NOON - timedelta(days=1), NOON)


@pytest.fixture
def read(store: ClickHouse, estate: Any) -> Any:
    """Read one machine's inputs over a window."""

    async def run(machine: Any, window: Window | None = LAST_DAY, percentile: int = 95) -> MachineInputs:
        run_id = uuid4()
        await estate.scope(run_id, [machine.machine_id])
        reader = ClickHouseEstate(PatientClickHouse(store, Health()))
        page = await reader.scope(run_id)
        (inputs,) = await reader.inputs(run_id, page, window, percentile)
        return inputs

    return run


async def test_store_takes_the_nearest_rank_for_every_count_and_percentile(
    store: ClickHouse, estate: Any, make_machine: Any
) -> None:
    run_id = uuid4()
    peaks_by_name = {
        str(count): [float((n * 37) % 101) for n in range(count)] for count in (1, 2, 7, 20, 100, 144)
    }
    machines = [make_machine(name) for name in peaks_by_name]
    await estate.add(machines)
    await estate.scope(run_id, [machine.machine_id for machine in machines])
    for machine in machines:
        peaks = peaks_by_name[machine.name]
        await estate.open_peaks(machine.machine_id, "cpu_percent", peaks, last_slot_at=NOON - SLOT)
    reader = ClickHouseEstate(PatientClickHouse(store, Health()))
    page = await reader.scope(run_id)
    for percentile in (50, 90, 95, 99):
        inputs = await reader.inputs(run_id, page, LAST_DAY, percentile)
        assert {item.machine.name: item.cpu_percent for item in inputs} == {
            name: MeasuredUsage(
                value=nearest_rank(peaks, percentile) or 0.0, points=len(peaks), peak=max(peaks)
            )
            for name, peaks in peaks_by_name.items()
        }


async def test_window_has_exactly_its_slots(read: Any, estate: Any, make_machine: Any) -> None:
    machine = make_machine()
    await estate.add([machine])
    # One slot too early, 144 in the window, one too late.
    peaks = [99.0, *([1.0] * 144), 99.0]
    await estate.open_peaks(machine.machine_id, "cpu_percent", peaks, last_slot_at=NOON)
    assert (await read(machine, percentile=99)).cpu_percent == MeasuredUsage(value=1, points=144, peak=1)


async def test_sealed_day_and_open_slots_make_one_series(read: Any, estate: Any, make_machine: Any) -> None:
    machine = make_machine()
    await estate.add([machine])
    yesterday = [float(slot) if slot % 2 else None for slot in range(144)]
    await estate.sealed_day(machine.machine_id, "cpu_percent", date(2026, 3, 9), yesterday)
    await estate.seal(date(2026, 3, 9))
    await estate.open_peaks(machine.machine_id, "cpu_percent", [50.0] * 72, last_slot_at=NOON - SLOT)
    # The window begins at noon of the sealed day, its slot number 72.
    expected = [peak for peak in yesterday[72:] if peak is not None] + [50.0] * 72
    inputs = await read(machine)
    assert inputs.cpu_percent == MeasuredUsage(
        value=nearest_rank(expected, 95) or 0.0, points=108, peak=max(expected)
    )


async def test_sealed_day_is_not_read_twice(read: Any, estate: Any, make_machine: Any) -> None:
    machine = make_machine()
    await estate.add([machine])
    await estate.sealed_day(machine.machine_id, "cpu_percent", date(2026, 3, 9), [5.0] * 144)
    await estate.seal(date(2026, 3, 9))
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    await estate.open_peaks(machine.machine_id, "cpu_percent", [5.0] * 72, last_slot_at=midnight - SLOT)
    assert (await read(machine)).cpu_percent == MeasuredUsage(value=5, points=72, peak=5)


async def test_day_touched_after_its_seal_is_read_from_the_open_slots(
    read: Any, estate: Any, make_machine: Any
) -> None:
    machine = make_machine()
    await estate.add([machine])
    await estate.sealed_day(machine.machine_id, "cpu_percent", date(2026, 3, 9), [5.0] * 144)
    await estate.seal(date(2026, 3, 9), touched_after=True)
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    await estate.open_peaks(machine.machine_id, "cpu_percent", [8.0] * 72, last_slot_at=midnight - SLOT)
    assert (await read(machine)).cpu_percent == MeasuredUsage(value=8, points=72, peak=8)


async def test_slots_without_peaks_are_no_points(read: Any, estate: Any, make_machine: Any) -> None:
    machine = make_machine()
    await estate.add([machine])
    peaks = [10.0, None, 20.0]
    await estate.open_peaks(machine.machine_id, "cpu_percent", peaks, last_slot_at=NOON - SLOT)
    inputs = await read(machine)
    assert (inputs.cpu_percent, inputs.memory_percent) == (MeasuredUsage(value=20, points=2, peak=20), None)


async def test_disks_and_adapters_have_their_own_series(read: Any, estate: Any, make_machine: Any) -> None:
    machine = make_machine()
    await estate.add([machine])
    for metric, instance, peak in [
        ("read_iops", "scsi0:0", 100.0),
        ("write_mb_per_second", "scsi0:0", 7.0),
        ("read_iops", "scsi0:1", 5.0),
        ("transmitted_mb_per_second", "4000", 3.0),
    ]:
        await estate.open_peaks(
            machine.machine_id, metric, [peak], last_slot_at=NOON - SLOT, instance=instance
        )
    inputs = await read(machine)
    assert inputs.disks["scsi0:0"].read_iops == MeasuredUsage(value=100, points=1, peak=100)
    assert inputs.disks["scsi0:0"].write_mb_per_second == MeasuredUsage(value=7, points=1, peak=7)
    assert inputs.disks["scsi0:0"].write_iops is None
    assert inputs.disks["scsi0:1"].read_iops == MeasuredUsage(value=5, points=1, peak=5)
    assert inputs.nics["4000"].transmitted_mb_per_second == MeasuredUsage(value=3, points=1, peak=3)


async def test_without_a_window_no_performance_is_read(read: Any, estate: Any, make_machine: Any) -> None:
    machine = make_machine()
    await estate.add([machine])
    await estate.open_peaks(machine.machine_id, "cpu_percent", [10.0], last_slot_at=NOON - SLOT)
    assert (await read(machine, window=None)).cpu_percent is None


async def test_removed_machines_are_left_out(store: ClickHouse, estate: Any, make_machine: Any) -> None:
    kept, removed = make_machine("kept"), make_machine("removed", removed_at=NOON)
    await estate.add([kept, removed])
    run_id = uuid4()
    await estate.scope(run_id, [kept.machine_id, removed.machine_id, uuid4()])
    reader = ClickHouseEstate(PatientClickHouse(store, Health()))
    page = await reader.scope(run_id)
    inputs = await reader.inputs(run_id, page, LAST_DAY, 95)
    assert [item.machine.name for item in inputs] == ["kept"]


WEEK = [date(2026, 3, day) for day in range(3, 10)]
LAST_WEEK = Window(datetime(2026, 3, 3, 6, tzinfo=UTC), NOON)


def an_even_week(day: int) -> list[float | None]:
    return [float((day * 144 + slot) * 37 % 1009) for slot in range(144)]


def one_busy_day(day: int) -> list[float | None]:
    return [1_000.0 + slot if day == 4 else slot / 144 for slot in range(144)]


def the_same_all_week(_day: int) -> list[float | None]:
    return [7.0] * 144


def seldom_on(day: int) -> list[float | None]:
    return [float(slot) if slot % 29 == day else None for slot in range(144)]


def off_until_the_end(day: int) -> list[float | None]:
    return [float(slot) if day == 6 and slot > 20 else None for slot in range(144)]


async def test_week_of_sealed_days_has_the_nearest_rank_however_its_peaks_are_spread(
    store: ClickHouse, estate: Any, make_machine: Any
) -> None:
    shapes = [an_even_week, one_busy_day, the_same_all_week, seldom_on, off_until_the_end]
    machines = [make_machine(shape.__name__) for shape in shapes]
    await estate.add(machines)
    run_id = uuid4()
    await estate.scope(run_id, [machine.machine_id for machine in machines])
    expected = {}
    for machine, shape in zip(machines, shapes, strict=True):
        peaks = [shape(number) for number in range(len(WEEK))]
        for day, of_day in zip(WEEK, peaks, strict=True):
            await estate.sealed_day(machine.machine_id, "cpu_percent", day, of_day)
        in_window = [*peaks[0][36:], *(peak for of_day in peaks[1:] for peak in of_day)]
        expected[machine.name] = [peak for peak in in_window if peak is not None]
    for day in WEEK:
        await estate.seal(day)
    reader = ClickHouseEstate(PatientClickHouse(store, Health()))
    page = await reader.scope(run_id)
    for percentile in (50, 90, 95, 99):
        inputs = await reader.inputs(run_id, page, LAST_WEEK, percentile)
        assert {item.machine.name: item.cpu_percent for item in inputs} == {
            name: MeasuredUsage(
                value=nearest_rank(peaks, percentile) or 0.0, points=len(peaks), peak=max(peaks)
            )
            for name, peaks in expected.items()
        }
