from pathlib import Path
from uuid import UUID

import pytest

from collector_hyperv.adapters.spool import Bounds, Spool, SpoolInUse, lock_directory
from collector_hyperv.domain.polls import Loss, Poll

from .builders import a_poll

MACHINE = UUID(int=1)
ROOMY = Bounds(max_bytes=10_000_000, max_age_seconds=7_200, segment_seconds=300)


class Now:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Now:
    return Now()


def drain(spool: Spool) -> list[Poll]:
    """Take everything, oldest first."""
    polls = []
    spool.seal()
    while (taken := spool.take()) is not None:
        polls += taken[1]
        spool.discard(taken[0])
    return polls


def test_polls_come_back_in_order(tmp_path: Path, now: Now) -> None:
    spool, polls = Spool(tmp_path, ROOMY, now), [a_poll(number, MACHINE) for number in range(1, 30)]
    for poll in polls:
        now.seconds += 60
        assert spool.append(poll) == []
    assert drain(spool) == polls
    assert (spool.size_bytes, list(tmp_path.iterdir())) == (0, [])


def test_another_start_finds_what_the_last_one_left(tmp_path: Path, now: Now) -> None:
    left = Spool(tmp_path, ROOMY, now)
    left.append(a_poll(1, MACHINE))
    left.append(a_poll(2, MACHINE))
    left.seal()
    found = Spool(tmp_path, ROOMY, now)
    found.append(a_poll(3, MACHINE))
    assert drain(found) == [a_poll(1, MACHINE), a_poll(2, MACHINE), a_poll(3, MACHINE)]


def test_what_was_taken_but_not_discarded_comes_again(tmp_path: Path, now: Now) -> None:
    spool = Spool(tmp_path, ROOMY, now)
    spool.append(a_poll(1, MACHINE))
    spool.seal()
    assert spool.take() is not None
    assert drain(Spool(tmp_path, ROOMY, now)) == [a_poll(1, MACHINE)]


def test_a_line_that_a_crash_cut_short_is_passed_over(tmp_path: Path, now: Now) -> None:
    spool = Spool(tmp_path, ROOMY, now)
    spool.append(a_poll(1, MACHINE))
    spool.append(a_poll(2, MACHINE))
    spool.seal()
    (file,) = tmp_path.glob("*.polls")
    file.write_bytes(file.read_bytes()[:-10])
    assert drain(Spool(tmp_path, ROOMY, now)) == [a_poll(1, MACHINE)]


def test_the_oldest_goes_when_there_is_no_room(tmp_path: Path, now: Now) -> None:
    spool = Spool(tmp_path, Bounds(max_bytes=400, max_age_seconds=7_200, segment_seconds=60), now)
    lost = []
    for number in range(1, 21):
        now.seconds += 61
        lost += spool.append(a_poll(number, MACHINE))
    assert spool.size_bytes <= 400
    kept = drain(spool)
    assert lost == [
        Loss(number, number, machine_count=1, value_count=1, reason="spool-full")
        for number in range(1, 21 - len(kept))
    ]
    assert [poll.sampled_at for poll in kept] == list(range(21 - len(kept), 21))


def test_what_is_too_old_goes(tmp_path: Path, now: Now) -> None:
    spool = Spool(tmp_path, ROOMY, now)
    spool.append(a_poll(1, MACHINE))
    now.seconds += 7_500
    (loss,) = spool.append(a_poll(2, MACHINE))
    assert (loss.reason, loss.from_at) == ("spool-expired", 1)
    assert drain(spool) == [a_poll(2, MACHINE)]


def test_what_is_being_published_is_not_dropped(tmp_path: Path, now: Now) -> None:
    spool = Spool(tmp_path, ROOMY, now)
    spool.append(a_poll(1, MACHINE))
    spool.seal()
    taken = spool.take()
    now.seconds += 7_500
    assert spool.append(a_poll(2, MACHINE)) == []
    assert taken is not None
    spool.discard(taken[0])
    assert drain(spool) == [a_poll(2, MACHINE)]


def test_losses_wait_for_their_report_over_a_restart(tmp_path: Path, now: Now) -> None:
    spool = Spool(tmp_path, ROOMY, now)
    spool.append(a_poll(1, MACHINE))
    now.seconds += 7_500
    (loss,) = spool.append(a_poll(2, MACHINE))
    spool.seal()
    later = Spool(tmp_path, ROOMY, now)
    assert later.losses() == [loss]
    later.forget_losses(1)
    assert Spool(tmp_path, ROOMY, now).losses() == []


def test_a_disk_without_room_loses_the_poll_and_says_so(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, ROOMY, now)
    spool.append(a_poll(1, MACHINE))
    monkeypatch.setattr(spool, "_write", _no_space)
    (loss,) = spool.append(a_poll(2, MACHINE))
    monkeypatch.undo()
    spool.append(a_poll(3, MACHINE))
    assert (loss.reason, spool.losses()) == ("spool-full", [loss])
    assert drain(spool) == [a_poll(1, MACHINE), a_poll(3, MACHINE)]


def _no_space(line: bytes) -> None:
    raise OSError(28, "No space left on device")


def test_a_directory_serves_one_process(tmp_path: Path) -> None:
    with lock_directory(tmp_path), pytest.raises(SpoolInUse):
        lock_directory(tmp_path)
    lock_directory(tmp_path).close()
