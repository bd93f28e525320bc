"""Polls on disk until the broker has them: append-only files, replayed in order, bounded in size and age.

A host cannot be asked for the past, so a poll is written here before anything else is done with it. A file
holds the polls of about one publishing interval, one JSON document a line. What the process has written
survives its crash, not a crash of the machine: lines are not forced to the disk.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import msgspec

from collector_hyperv.domain.polls import Loss, LossReason, Poll

SEGMENT_MAX_BYTES = 8 * 1024 * 1024
"""A file is read whole, so it must fit into memory many times over."""
_SUFFIX = ".polls"
_LOSSES = "losses"

_poll_decoder = msgspec.json.Decoder(Poll)
_loss_decoder = msgspec.json.Decoder(Loss)


class SpoolInUse(Exception):
    """Another process writes to this directory."""


@dataclass(frozen=True)
class Bounds:
    """How much a spool may hold."""

    max_bytes: int
    max_age_seconds: float
    segment_seconds: float
    """Polls of about this long stand in one file."""


@dataclass(frozen=True, order=True)
class Segment:
    """One file of polls; its name says its place in the order and when it was begun."""

    number: int
    begun_at: int
    path: Path

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the segment of a file."""
        number, begun_at = path.stem.split("-")
        return cls(int(number), int(begun_at), path)


class Spool:
    """The polls of one source. Times are by the collector's clock, in epoch seconds."""

    def __init__(self, directory: Path, bounds: Bounds, clock: Callable[[], float] = time.time) -> None:
        self._directory, self._bounds, self._clock = directory, bounds, clock
        directory.mkdir(parents=True, exist_ok=True)
        self._sealed = sorted(Segment.of(path) for path in directory.glob(f"*{_SUFFIX}"))
        self._next_number = self._sealed[-1].number + 1 if self._sealed else 1
        self._active: Segment | None = None
        self._file: IO[bytes] | None = None
        self._in_hand: Segment | None = None
        self._unwritten: list[Loss] = []
        self.size_bytes = sum(segment.path.stat().st_size for segment in self._sealed)

    def append(self, poll: Poll) -> list[Loss]:
        """Write a poll; returns what had to go to make room."""
        line = msgspec.json.encode(poll) + b"\n"
        try:
            self._write(line)
        except OSError:
            # The disk is full: what was written of the line is passed over when the file is read.
            self.seal()
            self._unwritten.append(_loss([poll], poll.sampled_at, "spool-full"))
            return [self._unwritten[-1]]
        return list(self._make_room())

    def seal(self) -> None:
        """End the file being written, so that it can be published."""
        if self._active is not None and self._file is not None:
            self._file.close()
            self._sealed.append(self._active)
            self._active = self._file = None

    def take(self) -> tuple[Segment, list[Poll]] | None:
        """Take the oldest sealed file in hand and return its polls; None if there is none.

        Until it is discarded it is not dropped for want of room.
        """
        if not self._sealed:
            return None
        self._in_hand = self._sealed[0]
        return self._in_hand, read_polls(self._in_hand.path)

    def discard(self, segment: Segment) -> None:
        """Remove a file whose polls are published."""
        self._remove(segment)
        self._in_hand = None

    def losses(self) -> list[Loss]:
        """Return the losses that were not reported yet."""
        path = self._directory / _LOSSES
        written = list(_decoded(path.read_bytes(), _loss_decoder)) if path.exists() else []
        return written + self._unwritten

    def forget_losses(self, count: int) -> None:
        """Remove the first losses, which are reported."""
        path = self._directory / _LOSSES
        remaining, self._unwritten = self.losses()[count:], []
        if not remaining:
            path.unlink(missing_ok=True)
            return
        replacement = path.with_suffix(".new")
        replacement.write_bytes(b"".join(msgspec.json.encode(loss) + b"\n" for loss in remaining))
        replacement.replace(path)

    def _write(self, line: bytes) -> None:
        active, file = self._open()
        if active.begun_at + self._bounds.segment_seconds <= self._clock() or file.tell() > SEGMENT_MAX_BYTES:
            self.seal()
            _, file = self._open()
        written = file.write(line)
        self.size_bytes += written
        if written < len(line):
            raise OSError("written in part")

    def _open(self) -> tuple[Segment, IO[bytes]]:
        if self._active is None or self._file is None:
            begun_at = int(self._clock())
            path = self._directory / f"{self._next_number:012d}-{begun_at}{_SUFFIX}"
            self._active = Segment(self._next_number, begun_at, path)
            self._file = path.open("ab", buffering=0)
            self._next_number += 1
        return self._active, self._file

    def _make_room(self) -> Iterator[Loss]:
        oldest_begin = self._clock() - self._bounds.max_age_seconds
        for segment in [held for held in self._sealed if held != self._in_hand]:
            if segment.begun_at < oldest_begin:
                yield self._drop(segment, "spool-expired")
            elif self.size_bytes > self._bounds.max_bytes:
                yield self._drop(segment, "spool-full")

    def _drop(self, segment: Segment, reason: LossReason) -> Loss:
        loss = _loss(read_polls(segment.path), segment.begun_at, reason)
        with (self._directory / _LOSSES).open("ab") as file:
            file.write(msgspec.json.encode(loss) + b"\n")
        self._remove(segment)
        return loss

    def _remove(self, segment: Segment) -> None:
        self.size_bytes -= segment.path.stat().st_size
        segment.path.unlink()
        self._sealed.remove(segment)


def lock_directory(directory: Path) -> IO[str]:
    """Claim a directory for this process for as long as the returned file is open.

    Raises:
        SpoolInUse: another process has it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    file = (directory / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise SpoolInUse(f"another process uses {directory}") from None
    return file


def read_polls(path: Path) -> list[Poll]:
    """Return the polls of a file, without lines that a crash cut short."""
    return list(_decoded(path.read_bytes(), _poll_decoder))


def _decoded(content: bytes, decoder: msgspec.json.Decoder) -> Iterator:  # type: ignore[type-arg]
    for line in content.splitlines():
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError:
            continue


def _loss(polls: list[Poll], begun_at: int, reason: LossReason) -> Loss:
    return Loss(
        from_at=min((poll.sampled_at for poll in polls), default=begun_at),
        until_at=max((poll.sampled_at for poll in polls), default=begun_at),
        machine_count=len({machine.machine_id for poll in polls for machine in poll.machines}),
        value_count=sum(poll.value_count() for poll in polls),
        reason=reason,
    )
