"""What was read from a source, on disk until the broker has it: replayed in order, bounded in size and age.

Append-only files, one JSON document a line; a file holds what came in about one publishing interval. What
the process has written survives its crash, not a crash of the machine: lines are not forced to the disk.
"""

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Generic, Literal, Self, TypeVar

import msgspec

Entry = TypeVar("Entry")
LossReason = Literal["spool-full", "spool-expired"]

SEGMENT_MAX_BYTES = 8 * 1024 * 1024
"""A file is read whole, so it must fit into memory many times over."""
_SUFFIX = ".entries"
_LOSSES = "losses"


class SpoolInUse(Exception):
    """Another process writes to this directory."""


class Extent(msgspec.Struct, frozen=True):
    """What one entry is about; times are the source's, in epoch seconds."""

    from_at: int
    until_at: int
    machine_ids: frozenset[Any]
    value_count: int


class Loss(msgspec.Struct, frozen=True):
    """Entries that are gone, between two times by the source's clock, in epoch seconds."""

    from_at: int
    until_at: int
    machine_count: int
    value_count: int
    reason: LossReason


@dataclass(frozen=True)
class Bounds:
    """How much a spool may hold."""

    max_bytes: int
    max_age_seconds: float
    segment_seconds: float
    """Entries of about this long stand in one file."""


@dataclass(frozen=True, order=True)
class Segment:
    """One file of entries; its name says its place in the order and when it was begun."""

    number: int
    begun_at: int
    path: Path

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the segment of a file."""
        number, begun_at = path.stem.split("-")
        return cls(int(number), int(begun_at), path)


class Spool(Generic[Entry]):
    """The entries of one source. Only `read` may be called from another thread.

    Args:
        directory: The spool's own; see `lock_directory`.
        entry_type: What entries are, as msgspec encodes and decodes it.
        extent_of: What an entry is about, to tell what was lost when it had to go.
        bounds: How much to hold.
        clock: The collector's clock, in epoch seconds: age is how long an entry has waited here.
    """

    def __init__(
        self,
        directory: Path,
        entry_type: type[Entry],
        extent_of: Callable[[Entry], Extent],
        bounds: Bounds,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._directory, self._bounds, self._clock = directory, bounds, clock
        self._decoder = msgspec.json.Decoder(entry_type)
        self._extent_of = extent_of
        directory.mkdir(parents=True, exist_ok=True)
        self._sealed = sorted(Segment.of(path) for path in directory.glob(f"*{_SUFFIX}"))
        self._next_number = self._sealed[-1].number + 1 if self._sealed else 1
        self._active: Segment | None = None
        self._file: IO[bytes] | None = None
        self._in_hand: Segment | None = None
        self._unwritten: list[Loss] = []
        self.size_bytes = sum(segment.path.stat().st_size for segment in self._sealed)

    def append(self, entry: Entry) -> list[Loss]:
        """Write an entry, or count it as lost if the disk has no room; returns what is lost."""
        try:
            return self.write(entry)
        except OSError:
            self._unwritten.append(self._loss([entry], int(self._clock()), "spool-full"))
            return [self._unwritten[-1]]

    def write(self, entry: Entry) -> list[Loss]:
        """Write an entry; returns what had to go to make room.

        Raises:
            OSError: The disk has no room; nothing was kept of the entry.
        """
        line = msgspec.json.encode(entry) + b"\n"
        try:
            self._write(line)
        except OSError:
            # What was written of the line is passed over when the file is read.
            self.seal()
            raise
        return list(self._make_room())

    def seal(self) -> None:
        """End the file being written, so that it can be published."""
        if self._active is not None and self._file is not None:
            self._file.close()
            self._sealed.append(self._active)
            self._active = self._file = None

    def segments(self) -> tuple[Segment, ...]:
        """Return the sealed files, oldest first."""
        return tuple(self._sealed)

    def take(self) -> Segment | None:
        """Take the oldest sealed file in hand; None if there is none.

        Until it is discarded it is not dropped for want of room.
        """
        self._in_hand = self._sealed[0] if self._sealed else None
        return self._in_hand

    def read(self, segment: Segment) -> list[Entry]:
        """Return the entries of a sealed file, without a line that a crash or a full disk cut short."""
        return list(_decoded(segment.path.read_bytes(), self._decoder))

    def discard(self, segment: Segment) -> None:
        """Remove a file whose entries are published."""
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
            self._file = path.open("ab", buffering=0)
            self._active = Segment(self._next_number, begun_at, path)
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
        loss = self._loss(self.read(segment), segment.begun_at, reason)
        try:
            with (self._directory / _LOSSES).open("ab") as file:
                file.write(msgspec.json.encode(loss) + b"\n")
        except OSError:
            self._unwritten.append(loss)
        self._remove(segment)
        return loss

    def _remove(self, segment: Segment) -> None:
        self.size_bytes -= segment.path.stat().st_size
        segment.path.unlink()
        self._sealed.remove(segment)

    def _loss(self, entries: Iterable[Entry], otherwise_at: int, reason: LossReason) -> Loss:
        extents = [self._extent_of(entry) for entry in entries]
        return Loss(
            from_at=min((extent.from_at for extent in extents), default=otherwise_at),
            until_at=max((extent.until_at for extent in extents), default=otherwise_at),
            machine_count=len(frozenset[Any]().union(*(extent.machine_ids for extent in extents))),
            value_count=sum(extent.value_count for extent in extents),
            reason=reason,
        )


_loss_decoder = msgspec.json.Decoder(Loss)


def lock_directory(directory: Path) -> IO[str]:
    """Claim a directory for this process for as long as the returned file is open.

    Raises:
        SpoolInUse: Another process has it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    file = (directory / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise SpoolInUse(f"another process uses {directory}") from None
    return file


def _decoded(content: bytes, decoder: msgspec.json.Decoder[Entry]) -> Iterator[Entry]:
    for line in content.splitlines():
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError:
            continue
