from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from surveyor_kit.spool import Bounds, Extent, Loss, Spool, SpoolInUse, lock_directory

MACHINE = UUID(int=1)
ROOMY = Bounds(max_bytes=10_000_000, max_age_seconds=7_200, segment_seconds=300)


class Reading(msgspec.Struct, frozen=True):
    """What these tests spool: one value of one machine."""

    read_at: int
    machine_id: UUID = MACHINE
    value: float = 1.0

    def extent(self) -> Extent:
        return Extent(self.read_at, self.read_at, frozenset({self.machine_id}), 1)


class Now:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


def open_spool(directory: Path, now: Now, bounds: Bounds = ROOMY) -> Spool[Reading]:
    return Spool(directory, Reading, Reading.extent, bounds, now)


def drain(spool: Spool[Reading]) -> list[Reading]:
    """Take everything, oldest first."""
    entries = []
    spool.seal()
    while (segment := spool.take()) is not None:
        entries += spool.read(segment)
        spool.discard(segment)
    return entries


def test_entries_come_back_in_order(tmp_path: Path, now: Now) -> None:
    spool, entries = open_spool(tmp_path, now), [Reading(number) for number in range(1, 30)]
    for entry in entries:
        now.seconds += 60
        assert spool.append(entry) == []
    assert drain(spool) == entries
    assert (spool.size_bytes, list(tmp_path.iterdir())) == (0, [])


def test_another_start_finds_what_the_last_one_left(tmp_path: Path, now: Now) -> None:
    left = open_spool(tmp_path, now)
    left.append(Reading(1))
    left.append(Reading(2))
    left.seal()
    found = open_spool(tmp_path, now)
    found.append(Reading(3))
    assert drain(found) == [Reading(1), Reading(2), Reading(3)]


def test_what_was_taken_but_not_discarded_comes_again(tmp_path: Path, now: Now) -> None:
    spool = open_spool(tmp_path, now)
    spool.append(Reading(1))
    spool.seal()
    assert spool.take() is not None
    assert drain(open_spool(tmp_path, now)) == [Reading(1)]


def test_a_line_that_a_crash_cut_short_is_passed_over(tmp_path: Path, now: Now) -> None:
    spool = open_spool(tmp_path, now)
    spool.append(Reading(1))
    spool.append(Reading(2))
    spool.seal()
    (segment,) = spool.segments()
    segment.path.write_bytes(segment.path.read_bytes()[:-10])
    assert drain(open_spool(tmp_path, now)) == [Reading(1)]


def test_the_oldest_goes_when_there_is_no_room(tmp_path: Path, now: Now) -> None:
    spool = open_spool(tmp_path, now, Bounds(max_bytes=400, max_age_seconds=7_200, segment_seconds=60))
    lost = []
    for number in range(1, 21):
        now.seconds += 61
        lost += spool.append(Reading(number))
    assert spool.size_bytes <= 400
    kept = drain(spool)
    assert lost == [
        Loss(number, number, machine_count=1, value_count=1, reason="spool-full")
        for number in range(1, 21 - len(kept))
    ]
    assert [entry.read_at for entry in kept] == list(range(21 - len(kept), 21))


def test_a_loss_names_its_span_machines_and_values(tmp_path: Path, now: Now) -> None:
    spool = open_spool(tmp_path, now)
    for number in (1, 2, 3):
        spool.append(Reading(number, UUID(int=number % 2)))
    now.seconds += 7_500
    assert spool.append(Reading(9)) == [Loss(1, 3, machine_count=2, value_count=3, reason="spool-expired")]
    assert drain(spool) == [Reading(9)]


def test_what_is_being_published_is_not_dropped(tmp_path: Path, now: Now) -> None:
    spool = open_spool(tmp_path, now)
    spool.append(Reading(1))
    spool.seal()
    taken = spool.take()
    now.seconds += 7_500
    assert spool.append(Reading(2)) == []
    assert taken is not None
    spool.discard(taken)
    assert drain(spool) == [Reading(2)]


def test_losses_wait_for_their_report_over_a_restart(tmp_path: Path, now: Now) -> None:
    spool = open_spool(tmp_path, now)
    spool.append(Reading(1))
    now.seconds += 7_500
    (loss,) = spool.append(Reading(2))
    spool.seal()
    later = open_spool(tmp_path, now)
    assert later.losses() == [loss]
    later.forget_losses(1)
    assert open_spool(tmp_path, now).losses() == []


def test_a_disk_without_room_loses_the_entry_and_says_so(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = open_spool(tmp_path, now)
    spool.append(Reading(1))
    monkeypatch.setattr(spool, "_write", _no_space)
    (loss,) = spool.append(Reading(2))
    with pytest.raises(OSError, match="No space"):
        spool.write(Reading(3))
    monkeypatch.undo()
    spool.append(Reading(3))
    assert (loss, spool.losses()) == (Loss(2, 2, 1, 1, "spool-full"), [loss])
    assert drain(spool) == [Reading(1), Reading(3)]


def _no_space(line: bytes) -> None:
    raise OSError(28, "No space left on device")


def test_a_directory_serves_one_process(tmp_path: Path) -> None:
    with lock_directory(tmp_path), pytest.raises(SpoolInUse):
        lock_directory(tmp_path)
    lock_directory(tmp_path).close()
