from datetime import UTC, datetime, timedelta

import pytest

from normalizer.adapters.crash_log import ClickHouseCrashLog
from normalizer.domain.crashes import Crash, CrashKind, Place, Record
from surveyor_kit.clickhouse import ClickHouse

pytestmark = pytest.mark.parts

NOW = datetime.now(UTC)
FIRST: Place = ("performance-raw", 0, 7)
SECOND: Place = ("performance-raw", 3, 7)


def a_crash(kind: CrashKind, *places: Place, alone: bool = False, minute: int = 0) -> Crash:
    return Crash(places, kind, alone, "test", NOW + timedelta(minutes=minute))


async def test_crashes_are_counted_by_kind_and_one_that_is_recorded_twice_counts_once(
    store: ClickHouse,
) -> None:
    log = ClickHouseCrashLog(store, "normalizer")
    for crash in (
        a_crash(CrashKind.DEATH, FIRST, SECOND),
        a_crash(CrashKind.DEATH, FIRST, SECOND),
        a_crash(CrashKind.EXCEPTION, FIRST, minute=1),
        a_crash(CrashKind.DEATH, FIRST, alone=True, minute=2),
    ):
        await log.record(crash)
    assert await log.records() == {FIRST: Record(exceptions=1, deaths=2, alone=1), SECOND: Record(deaths=1)}


async def test_crashes_of_another_consumer_are_its_own(store: ClickHouse) -> None:
    await ClickHouseCrashLog(store, "another").record(a_crash(CrashKind.EXCEPTION, FIRST))
    assert await ClickHouseCrashLog(store, "normalizer").records() == {}
