import math
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from normalizer.domain.performance.roll_ups import RollUp, roll_up
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import Series
from surveyor_schemas.counters import Metric

ONE, OTHER = UUID(int=1), UUID(int=2)
Window = tuple[UUID, list[int], list[Series]]


def rolled_up(*windows: Window, generated: bool = False) -> dict[str, RollUp]:
    rows = RowBuilder()
    for machine_id, times, series in windows:
        machine = MachineSamples(machine_id, 20, times, [])
        at = datetime(2026, 1, 1, tzinfo=UTC)
        rows.add(SampledBatch("s", "vmware", "c", ONE, 1, at, generated, [machine]), [series])
    return roll_up(rows.build())


def slots(found: RollUp, metric: Metric) -> dict[tuple[str, str, int], tuple[Any, Any, int]]:
    """Peak, low and sample bits by machine, instance and slot; None where the slot has no sample."""
    keys = zip(found.machine_id.to_list(), found.instance.to_list(), found.slot_at.tolist(), strict=True)
    figures = zip(
        found.peaks[metric].tolist(), found.lows[metric].tolist(), found.samples[metric].tolist(), strict=True
    )
    return {
        key: (None if math.isnan(peak) else peak, None if math.isnan(low) else low, bits)
        for key, (peak, low, bits) in zip(keys, figures, strict=True)
    }


def test_a_window_is_cut_at_the_slots_borders() -> None:
    found = rolled_up((ONE, [560, 580, 600, 620], [Series.of(Metric.CPU_PERCENT, "", [1, 9, 4, 5])]))
    assert slots(found["machine_10m"], Metric.CPU_PERCENT) == {
        (str(ONE), "", 0): (9, 1, 1 << 28 | 1 << 29),
        (str(ONE), "", 600): (5, 4, 0b11),
    }


def test_metrics_of_one_machine_share_a_row_and_missing_ones_are_unknown() -> None:
    found = rolled_up(
        (
            ONE,
            [0],
            [
                Series.of(Metric.CPU_PERCENT, "", [1]),
                Series.of(Metric.MEMORY_PERCENT, "", [2], method="usage"),
            ],
        )
    )["machine_10m"]
    assert len(found) == 1
    assert slots(found, Metric.MEMORY_PERCENT) == {(str(ONE), "", 0): (2, 2, 1)}
    assert slots(found, Metric.CPU_READY_PERCENT) == {(str(ONE), "", 0): (None, None, 0)}
    assert found.memory_method.to_list() == ["usage"]


def test_disks_and_nics_have_rows_of_their_own_in_their_tables() -> None:
    disks = [Series.of(Metric.READ_IOPS, "scsi0:0", [1]), Series.of(Metric.READ_IOPS, "scsi0:1", [2])]
    found = rolled_up(
        (ONE, [0], disks), (OTHER, [0], [Series.of(Metric.RECEIVED_MB_PER_SECOND, "4000", [3])])
    )
    assert set(found) == {"disk_10m", "nic_10m"}
    assert slots(found["disk_10m"], Metric.READ_IOPS) == {
        (str(ONE), "scsi0:0", 0): (1, 1, 1),
        (str(ONE), "scsi0:1", 0): (2, 2, 1),
    }
    assert slots(found["nic_10m"], Metric.RECEIVED_MB_PER_SECOND) == {(str(OTHER), "4000", 0): (3, 3, 1)}


def test_a_slot_with_a_generated_sample_is_marked() -> None:
    found = rolled_up((ONE, [0], [Series.of(Metric.CPU_PERCENT, "", [1])]), generated=True)
    assert found["machine_10m"].generated.tolist() == [True]


def test_of_two_ways_to_measure_memory_the_same_one_is_named_in_either_order() -> None:
    ways = [
        Series.of(Metric.MEMORY_PERCENT, "", [1], method=method) for method in ("pressure", "guest-available")
    ]
    for order in (ways, ways[::-1]):
        assert rolled_up((ONE, [0], order))["machine_10m"].memory_method.to_list() == ["pressure"]


def test_nothing_has_no_roll_ups() -> None:
    assert rolled_up() == {}


samples = st.dictionaries(
    st.integers(0, 180).map(lambda n: n * 20), st.floats(0, 1e6), min_size=1, max_size=40
)


@given(samples, st.data())
def test_roll_ups_do_not_depend_on_how_samples_are_cut_into_windows(
    found: dict[int, float], data: Any
) -> None:
    times = sorted(found)
    border = data.draw(st.integers(0, len(times)))
    windows: list[Window] = [
        (ONE, part, [Series.of(Metric.CPU_PERCENT, "", [found[at] for at in part])])
        for part in (times[border:], times[:border], times)
        if part
    ]
    whole: Window = (ONE, times, [Series.of(Metric.CPU_PERCENT, "", [found[at] for at in times])])
    assert slots(rolled_up(*windows)["machine_10m"], Metric.CPU_PERCENT) == slots(
        rolled_up(whole)["machine_10m"], Metric.CPU_PERCENT
    )
