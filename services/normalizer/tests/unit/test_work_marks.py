import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from normalizer.adapters.work_marks import DIED, WorkMarks, record_deaths
from normalizer.domain.crashes import Crash, CrashKind, Place, Record
from surveyor_kit.testing import SettableClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACES: list[Place] = [("performance-raw", 0, 7), ("performance-raw", 3, 12)]
LIFE = f"""
import os, signal, sys
from pathlib import Path
from normalizer.adapters.work_marks import WorkMarks
from surveyor_kit.testing import SettableClock
from datetime import UTC, datetime
mark = WorkMarks(Path(sys.argv[1]), SettableClock(datetime(2026, 1, 1, tzinfo=UTC))).mark()
mark.begin({PLACES!r}, alone=False)
mark.end()
if sys.argv[2] != "at rest":
    mark.begin({PLACES!r}, alone=False)
os.kill(os.getpid(), signal.SIGKILL)
"""


class RecordedCrashes:
    """What was recorded, in memory."""

    def __init__(self) -> None:
        self.crashes: list[Crash] = []

    async def records(self) -> dict[Place, Record]:
        return {}

    async def record(self, crash: Crash) -> None:
        self.crashes.append(crash)


@pytest.fixture
def marks(tmp_path: Path) -> WorkMarks:
    return WorkMarks(tmp_path, SettableClock(NOW))


def a_life_that_is_killed(directory: Path, when: str) -> None:
    subprocess.run([sys.executable, "-c", LIFE, str(directory), when], check=False)


def files(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def deaths(marks: WorkMarks) -> list[Crash]:
    recorded = RecordedCrashes()
    await record_deaths(marks, recorded)
    return recorded.crashes


async def test_what_a_killed_process_worked_on_is_recorded_once(marks: WorkMarks, tmp_path: Path) -> None:
    await asyncio.to_thread(a_life_that_is_killed, tmp_path, "at work")
    assert await deaths(marks) == [Crash(PLACES, CrashKind.DEATH, False, DIED, NOW)]
    assert await deaths(marks) == []
    assert files(tmp_path) == []


async def test_a_process_that_is_killed_at_rest_blames_nobody(marks: WorkMarks, tmp_path: Path) -> None:
    await asyncio.to_thread(a_life_that_is_killed, tmp_path, "at rest")
    assert await deaths(marks) == []
    assert files(tmp_path) == []


async def test_the_mark_of_a_living_process_is_left_to_it(marks: WorkMarks, tmp_path: Path) -> None:
    mark = marks.mark()
    mark.begin(PLACES, alone=True)
    assert await deaths(marks) == []
    mark.retire()
    mark.begin(PLACES, alone=True)
    assert files(tmp_path) == []


async def test_a_torn_mark_blames_nobody(marks: WorkMarks, tmp_path: Path) -> None:
    put(tmp_path / "x.mark", b'{"began_at":"2026-01-01T00:0')
    assert await deaths(marks) == []
    assert files(tmp_path) == []


async def test_work_goes_on_where_nothing_can_be_marked(tmp_path: Path) -> None:
    put(tmp_path / "file", b"")
    mark = WorkMarks(tmp_path / "file" / "below", SettableClock(NOW)).mark()
    mark.begin(PLACES, alone=False)
    mark.end()
    mark.retire()
