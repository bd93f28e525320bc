"""Files that say what a process works on, so that its next life knows what it died of.

A process that is killed can record nothing itself. Each stream of each process has a file, locked while its
owner lives: the kernel gives the lock back at any death. The files are not synced to the disk. They have to
outlive the process, not the machine, and so cost some 15 µs a batch, where a note at the broker or the store
would cost milliseconds and rows (ADR 0018).
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from normalizer.domain.crashes import Crash, CrashKind, Place
from normalizer.ports import CrashLog
from surveyor_kit.clock import Clock
from surveyor_kit.logging import get_logger

log = get_logger(__name__)

DIED = "the process ended without a word"


class Work(msgspec.Struct, frozen=True):
    """What a file holds while something is under work; it is empty otherwise."""

    began_at: datetime
    alone: bool
    places: list[Place]


class LeftBehind:
    """The file of a process that died at work."""

    def __init__(self, path: Path, work: Work) -> None:
        self._path = path
        self.crash = Crash(work.places, CrashKind.DEATH, work.alone, DIED, work.began_at)

    def forget(self) -> None:
        """Remove it, once the crash is recorded elsewhere."""
        self._path.unlink(missing_ok=True)


class FileWorkMark:
    """The mark of one stream of this process."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._path: Path | None = None
        self._file = -1
        self._retired = False

    def begin(self, places: Sequence[Place], *, alone: bool) -> None:
        """Note what the process works on from now on."""
        self._write(msgspec.json.encode(Work(self._clock.now(), alone, list(places))))

    def end(self) -> None:
        """Note that nothing is under work."""
        self._write(b"")

    def retire(self) -> None:
        """Remove the file for good: whatever ends the process from now on was asked for."""
        self._retired = True
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._path = None

    def _write(self, content: bytes) -> None:
        if self._retired:
            return
        try:
            if self._path is None:
                self._path, self._file = _locked_file(self._directory)
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, content, 0)
        except OSError as error:  # without marks the work goes on; only a death at it will not be explained
            log.warning("work_not_marked", error_type=type(error).__name__)


class WorkMarks:
    """The marks of all processes that share a directory."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    def mark(self) -> FileWorkMark:
        """Return a mark of this process; its file is made at its first use."""
        return FileWorkMark(self._directory, self._clock)

    def left_behind(self) -> Iterator[LeftBehind]:
        """Give what processes died at; files of those that died at rest are removed."""
        for path in sorted(self._directory.glob("*.mark")):
            content = _content_if_abandoned(path)
            if content is None:
                continue
            try:
                yield LeftBehind(path, msgspec.json.decode(content, type=Work))
            except msgspec.DecodeError:  # empty, or the process died while it wrote
                path.unlink(missing_ok=True)


async def record_deaths(marks: WorkMarks, crashes: CrashLog) -> None:
    """Put what processes died at into the log that all workers share; repeating it changes nothing."""
    for death in marks.left_behind():
        crash = death.crash
        log.error("died_at_work", first=crash.places[0], last=crash.places[-1], alone=crash.alone)
        await crashes.record(crash)
        death.forget()


def _locked_file(directory: Path) -> tuple[Path, int]:
    """Make a file and lock it before anybody can take it for an abandoned one."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{uuid4()}.mark"
    unnamed = path.with_suffix(".new")
    file = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    unnamed.rename(path)
    return path, file


def _content_if_abandoned(path: Path) -> bytes | None:
    """Return what a file holds; None when its owner lives, or another process has just dealt with it."""
    with suppress(BlockingIOError, FileNotFoundError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file.read()
    return None
