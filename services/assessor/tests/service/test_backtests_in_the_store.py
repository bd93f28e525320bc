"""What the store counts above a threshold is what the counting rule says, from sealed days and open slots."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from assessor.adapters.backtests import ClickHouseBacktests
from assessor.adapters.estate import ClickHouseEstate
from assessor.adapters.statements import PatientClickHouse
from assessor.backtesting import backtest_page
from assessor.domain.backtest import Check
from assessor.domain.backtest_counts import BacktestCounts, NumberedCount
from assessor.domain.machine import Usage
from assessor.domain.window import Window
from surveyor_inventory.exceedance import added_up, count_exceedance
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health

pytestmark = pytest.mark.parts

SLOT = timedelta(minutes=10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LAST_DAY = Window(NOON - timedelta(days=1), NOON)
YESTERDAY = date(2026, 3, 9)
MACHINE = UUID(int=1)
Peaks = Sequence[float | None]


@pytest.fixture
def backtests(store: ClickHouse) -> ClickHouseBacktests:
    return ClickHouseBacktests(PatientClickHouse(store, Health()))


def a_check(threshold: float, *, metrics: Sequence[str] = ("cpu_percent",), instances: Any = ("",)) -> Check:
    """A check that needs counting: its series have a peak far above every threshold of these tests."""
    busy = Usage(value=1.0, points=1, peak=1e9)
    return Check("vcpus", None, threshold, tuple(metrics), tuple(instances), threshold, (busy,))


def the_count(points: Peaks, threshold: float, number: int = 0) -> NumberedCount:
    count = count_exceedance(points, threshold)
    return NumberedCount(
        check_no=number, measured=count.measured, above=count.above, longest_above=count.longest_above
    )


async def test_run_goes_on_from_a_sealed_day_into_open_slots(
    backtests: ClickHouseBacktests, estate: Any
) -> None:
    yesterday = [90.0 if slot >= 140 or slot < 60 else 10.0 for slot in range(144)]
    today = [90.0] * 5 + [10.0] * 60 + [None] * 3 + [90.0] * 4
    await estate.sealed_day(MACHINE, "cpu_percent", YESTERDAY, yesterday)
    await estate.seal(YESTERDAY)
    await estate.open_peaks(MACHINE, "cpu_percent", today, last_slot_at=NOON - SLOT)
    counts = await backtests.count(uuid4(), {MACHINE: {0: a_check(50)}}, LAST_DAY)
    # The window begins at noon of the sealed day: what lies before is not counted.
    assert counts == {MACHINE: BacktestCounts(counts=[the_count(yesterday[72:] + today, 50)])}
    assert counts[MACHINE].counts[0].longest_above == 9


async def test_day_without_peaks_ends_a_run(backtests: ClickHouseBacktests, estate: Any) -> None:
    three_days = Window(NOON - timedelta(days=3), NOON)
    full = [90.0] * 144
    for day in (7, 9):
        await estate.sealed_day(MACHINE, "cpu_percent", date(2026, 3, day), full)
        await estate.seal(date(2026, 3, day))
    counts = await backtests.count(uuid4(), {MACHINE: {0: a_check(50)}}, three_days)
    assert counts[MACHINE].counts == [NumberedCount(check_no=0, measured=216, above=216, longest_above=144)]


async def test_random_series_are_counted_as_the_rule_counts_them(
    backtests: ClickHouseBacktests, estate: Any
) -> None:
    """Read and write of two disks, each with gaps, partly sealed: per disk, and all together."""
    dice = random.Random(7)

    def peaks(slots: int) -> list[float | None]:
        return [dice.choice([None, 1.0, 2.0, 4.0, 8.0]) for _ in range(slots)]

    series: dict[tuple[str, str], Peaks] = {}
    for metric in ("read_iops", "write_iops"):
        for disk in ("scsi0:0", "scsi0:1"):
            sealed, open_slots = peaks(144), peaks(72)
            await estate.sealed_day(MACHINE, metric, YESTERDAY, sealed, instance=disk)
            await estate.open_peaks(MACHINE, metric, open_slots, last_slot_at=NOON - SLOT, instance=disk)
            series[metric, disk] = [*sealed[72:], *open_slots]
    await estate.seal(YESTERDAY)
    one = {"metrics": ("read_iops", "write_iops"), "instances": ("scsi0:1",)}
    both = one | {"instances": ("scsi0:0", "scsi0:1")}
    checks = {3: a_check(9, **one), 7: a_check(12, **both)}
    counts = await backtests.count(uuid4(), {MACHINE: checks}, LAST_DAY)
    of_one = added_up([points for (_, disk), points in series.items() if disk == "scsi0:1"])
    of_both = added_up(list(series.values()))
    assert counts[MACHINE].counts == [the_count(of_one, 9, 3), the_count(of_both, 12, 7)]


async def test_machines_are_counted_each_by_its_own_threshold(
    backtests: ClickHouseBacktests, store: ClickHouse, estate: Any
) -> None:
    run_id = uuid4()
    await estate.scope(run_id, [uuid4() for _ in range(5)])
    machines = await ClickHouseEstate(PatientClickHouse(store, Health())).scope(run_id)
    for position, machine in enumerate(machines):
        await estate.open_peaks(machine, "memory_percent", [40.0, 60.0, 80.0], last_slot_at=NOON - SLOT)
        await estate.open_peaks(machine, "cpu_percent", [float(position)], last_slot_at=NOON - SLOT)
    checks = {
        machine: {1: a_check(20.0 * position, metrics=["memory_percent"])}
        for position, machine in enumerate(machines)
    }
    counts = await backtests.count(run_id, checks, LAST_DAY)
    above = [counts[machine].counts[0].above for machine in machines]
    assert above == [3, 3, 2, 1, 0]


async def test_peaks_that_are_gone_were_measured_at_no_point(backtests: ClickHouseBacktests) -> None:
    counts = await backtests.count(uuid4(), {MACHINE: {4: a_check(50)}}, LAST_DAY)
    assert counts[MACHINE].counts == [the_count([], 50, 4)]


async def test_what_was_counted_once_is_taken_up(backtests: ClickHouseBacktests, estate: Any) -> None:
    run_id, plans = uuid4(), {MACHINE: [a_check(50)]}
    await estate.open_peaks(MACHINE, "cpu_percent", [90.0, 10.0], last_slot_at=NOON - SLOT)
    first = await backtest_page(run_id, plans, LAST_DAY, NOON, backtests)
    await estate.open_peaks(MACHINE, "cpu_percent", [95.0, 95.0], last_slot_at=NOON - SLOT)
    assert first[MACHINE].counts[0].above == 1
    assert await backtest_page(run_id, plans, LAST_DAY, NOON, backtests) == first
    assert (await backtest_page(uuid4(), plans, LAST_DAY, NOON, backtests))[MACHINE].counts[0].above == 2
