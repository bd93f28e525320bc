"""Which time is asked for, and in which queries."""

from collector_vmware.domain.sample_buffer import SampleBuffer
from collector_vmware.domain.sample_progress import Gap, SampleProgress
from collector_vmware.domain.taken_samples import TakenSamples
from collector_vmware.domain.windows import halves, live_window, query_batches, window_behind

from .builders import a_target, a_window

NOW = 1_700_000_000


def progress() -> SampleProgress:
    return SampleProgress(TakenSamples(20), SampleBuffer(1))


def test_a_poll_looks_back_three_intervals() -> None:
    window = live_window(a_target(), NOW - 20, NOW, 20)
    assert (window.start, window.end) == (NOW - 80, NOW)
    assert window_behind(window, NOW - 20) is None


def test_a_new_machine_is_read_an_hour_back_behind_the_live_window() -> None:
    live = live_window(a_target(), None, NOW, 20)
    behind = window_behind(live, None)
    assert live.start == NOW - 80
    assert behind is not None
    assert (behind.start, behind.end) == (NOW - 3600, live.start)


def test_after_a_short_outage_the_live_window_is_longer() -> None:
    live = live_window(a_target(), NOW - 200, NOW, 20)
    assert live.start == NOW - 260
    assert window_behind(live, NOW - 200) is None


def test_after_a_long_outage_the_rest_is_filled_in_behind() -> None:
    live = live_window(a_target(), NOW - 1800, NOW, 20)
    behind = window_behind(live, NOW - 1800)
    assert live.start == NOW - 80
    assert behind is not None
    assert (behind.start, behind.end) == (NOW - 1800, live.start)


def test_queries_name_at_most_so_many_machines_and_metrics() -> None:
    windows = [a_window(n, metrics=30) for n in range(7)]
    assert [len(batch) for batch in query_batches(windows, 3, None)] == [3, 3, 1]
    assert [len(batch) for batch in query_batches(windows, 50, 64)] == [2, 2, 2, 1]


def test_a_machine_with_more_metrics_than_the_limit_is_asked_for_alone() -> None:
    windows = [a_window(1, metrics=500), a_window(2)]
    assert [len(batch) for batch in query_batches(windows, 50, 64)] == [1, 1]


def test_a_refused_query_is_halved() -> None:
    windows = [a_window(n) for n in range(5)]
    assert [len(part) for part in halves(windows)] == [2, 3]
    assert [len(part) for part in halves(windows[:1])] == [1]


def test_what_the_source_no_longer_holds_is_a_gap_reported_once() -> None:
    machine = a_target().machine_id
    state = progress()
    state.covered_until[machine] = NOW - 5000
    state.note_gaps([machine], NOW)
    state.note_gaps([machine], NOW)
    assert state.gaps == [Gap(NOW - 5000, NOW - 3600, 1, "source-unreachable")]


def test_a_collector_that_was_stopped_for_long_reports_its_gap() -> None:
    state = progress()
    state.stopped_at = NOW - 7200
    state.note_gaps([], NOW)
    assert state.gaps == [Gap(NOW - 7200, NOW - 3600, None, "collector-stopped")]


def test_a_short_stop_leaves_no_gap() -> None:
    state = progress()
    state.stopped_at = NOW - 1800
    state.note_gaps([], NOW)
    assert state.gaps == []
