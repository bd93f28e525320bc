from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import Series
from surveyor_schemas.counters import Metric


def packed(*series: Series) -> PackedRows:
    times = list(range(0, 20 * len(series[0].values), 20))
    machine = MachineSamples(UUID(int=1), 20, times, [])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = RowBuilder()
    rows.add(SampledBatch("s", "vmware", "c", UUID(int=1), 1, at, False, [machine]), [list(series)])
    return rows.build()


def scale(rows: PackedRows, row: int = 0) -> tuple[float, float]:
    return float(rows.scales.numerator[row]), float(rows.scales.denominator[row])


def test_whole_counts_are_kept_as_the_source_counted() -> None:
    rows = packed(Series.of(Metric.READ_MB_PER_SECOND, "scsi0:0", [3, None, 70], 1024, 1_000_000))
    assert (scale(rows), rows.units.tolist()) == ((1024, 1_000_000), [3, 70])


@pytest.mark.parametrize(
    ("metric", "values", "found"),
    [
        (Metric.READ_IOPS, [1.5, 2.25], (1, 1000)),
        (Metric.CPU_PERCENT, [12.34, 0.5], (1, 100)),
        (Metric.RECEIVED_MB_PER_SECOND, [0.5, 0.000001], (1, 1_000_000)),
    ],
)
def test_fractions_of_a_usual_size_become_whole(
    metric: Metric, values: list[float | None], found: tuple[float, float]
) -> None:
    rows = packed(Series.of(metric, "", values))
    assert scale(rows) == found
    assert (rows.units * found[0] / found[1]).tolist() == values


@pytest.mark.parametrize("value", [1 / 3, 1e16, 1e300])
def test_what_no_scale_gives_back_keeps_its_doubles(value: float) -> None:
    assert scale(packed(Series.of(Metric.CPU_PERCENT, "", [1.0, value]))) == (1, 0)


def test_a_scale_that_the_table_cannot_hold_is_not_used() -> None:
    assert scale(packed(Series.of(Metric.CPU_READY_PERCENT, "", [1], 100, 5e9)))[1] == 0


series = st.builds(
    lambda metric, values, scale: Series.of(metric, "x", values, *scale),
    st.sampled_from(list(Metric)),
    st.lists(st.integers(0, 10**6).map(float) | st.floats(0, 1e18), min_size=3, max_size=3),
    st.sampled_from([(1, 1), (1, 100), (1024, 1_000_000)]),
)


@given(st.lists(series, min_size=1, max_size=5))
def test_every_row_gives_its_values_back_to_the_last_bit(many: list[Series]) -> None:
    rows = packed(*many)
    for row in range(len(rows)):
        numerator, denominator = scale(rows, row)
        own = slice(rows.offsets[row], rows.offsets[row + 1])
        if denominator:
            assert (rows.units[own] * numerator / denominator).tolist() == rows.values[own].tolist()
