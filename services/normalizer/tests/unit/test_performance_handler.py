from datetime import UTC, date, datetime
from uuid import UUID

from normalizer.domain.performance.packed import PackedRows
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import MachineSamples, SampledBatch
from normalizer.domain.performance.series import Series
from normalizer.performance_handler import bounded, days_of
from surveyor_kit.kafka import ReceivedEvent
from surveyor_schemas.counters import Metric


def rows_at(*windows: tuple[datetime, datetime]) -> PackedRows:
    rows = RowBuilder()
    for first, last in windows:
        times = [int(first.timestamp()), int(last.timestamp())]
        machine = MachineSamples(UUID(int=1), 20, times, [])
        batch = SampledBatch("s", "vmware", "c", UUID(int=1), 1, first, False, [machine])
        rows.add(batch, [[Series.of(Metric.CPU_PERCENT, "", [1.0, 2.0])]])
    return rows.build()


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_days_are_those_of_the_windows_and_none_between_two_windows() -> None:
    rows = rows_at((at(3, 0), at(3, 23)), (at(8), at(10)), (at(8), at(10)))
    assert days_of(rows) == [date(2026, 11, day) for day in (3, 8, 9, 10)]


def test_nothing_touches_no_day() -> None:
    assert days_of(RowBuilder().build()) == []


def messages(*sizes: int) -> list[ReceivedEvent]:
    return [ReceivedEvent("t", 0, n, None, b"x" * size, [], at(1)) for n, size in enumerate(sizes)]


def test_runs_of_messages_are_bounded_by_bytes() -> None:
    runs = bounded(messages(4, 4, 4, 20, 1, 9, 0), limit_bytes=10)
    assert [[event.offset for event in run] for run in runs] == [[0, 1], [2], [3], [4, 5, 6]]


def test_no_messages_make_no_run() -> None:
    assert list(bounded([], limit_bytes=10)) == []
