"""Sharing among processes, on a real broker."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from devstack.fixtures.broker import Kafka
from surveyor_kit.settings import KafkaSettings

pytestmark = pytest.mark.parts

PROGRAM = Path(__file__).with_name("share_member.py")
PATIENCE_SECONDS = 60
FIVE = ("a", "b", "c", "d", "e")


class Group:
    """Member processes and the journal that they write."""

    def __init__(self, kafka: KafkaSettings, journal: Path) -> None:
        self._kafka, self._journal = kafka, journal
        self._group = f"test-{uuid4().hex[:8]}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        journal.touch()

    def start(self, member: str, items: tuple[str, ...] = FIVE) -> None:
        arguments = [self._kafka.bootstrap_servers, self._group, member, ",".join(items), str(self._journal)]
        log = self._journal.with_name(f"{member}.log").open("ab")
        self._processes[member] = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments], stdout=log, stderr=subprocess.STDOUT
        )
        log.close()

    def stop(self, member: str) -> None:
        self._processes[member].terminate()
        assert self._processes.pop(member).wait(PATIENCE_SECONDS) == 0

    def kill(self, member: str) -> None:
        process = self._processes.pop(member)
        process.kill()
        process.wait()

    def signal(self, member: str, number: signal.Signals) -> None:
        self._processes[member].send_signal(number)

    def end(self) -> None:
        for member in list(self._processes):
            self.kill(member)

    def lines(self) -> list[tuple[str, str, str]]:
        """Return member, `began` or `ended`, item, in the order of happening."""
        text = self._journal.read_text(encoding="utf-8")
        return [(member, what, item) for member, what, item in map(str.split, text.splitlines())]

    def shares(self) -> dict[str, set[str]]:
        """Return what each running member works on now."""
        return {member: self.held(self.lines())[member] for member in self._processes}

    def held(self, lines: list[tuple[str, str, str]]) -> dict[str, set[str]]:
        held: dict[str, set[str]] = {member: set() for member in self._processes}
        for member, what, item in lines:
            work = held.setdefault(member, set())
            work.add(item) if what == "began" else work.discard(item)
        return held

    def doubles(self, since: int = 0) -> list[tuple[str, str, str]]:
        """Return the beginnings from line `since` on at which another member had not ended the item."""
        lines = self.lines()
        return [
            (member, what, item)
            for number, (member, what, item) in enumerate(lines)
            if number >= since and what == "began"
            for other, held in self.held(lines[:number]).items()
            if other != member and item in held
        ]

    async def until(self, condition: Callable[[dict[str, set[str]]], bool]) -> dict[str, set[str]]:
        """Wait until the shares are so, and return them."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition(shares := self.shares()):  # noqa: ASYNC110  # others write it
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"shares are {self.shares()}") from None
        return shares


@pytest.fixture
def group(kafka_settings: KafkaSettings, tmp_path: Path) -> Iterator[Group]:
    group = Group(kafka_settings, tmp_path / "journal")
    yield group
    group.end()


def sizes(*wanted: int) -> Callable[[dict[str, set[str]]], bool]:
    """Say whether shares have these sizes and hold every item once."""

    def are(shares: dict[str, set[str]]) -> bool:
        every = [item for share in shares.values() for item in share]
        return sorted(map(len, shares.values())) == sorted(wanted) and len(set(every)) == len(every)

    return are


async def test_every_item_has_one_member_while_members_come_and_go_in_order(group: Group) -> None:
    group.start("one")
    await group.until(sizes(5))
    group.start("two")
    alone = await group.until(sizes(3, 2))
    group.start("three")
    await group.until(sizes(2, 2, 1))
    group.stop("two")
    await group.until(sizes(3, 2))
    group.stop("one")
    await group.until(sizes(5))
    assert group.doubles() == []
    assert alone["two"] == {"d", "e"}, "the newcomer gets what is too much, and nothing else moves"


async def test_items_of_a_killed_member_go_on_elsewhere_and_the_others_stay(group: Group) -> None:
    group.start("one")
    await group.until(sizes(5))
    group.start("two")
    before = await group.until(sizes(3, 2))
    group.kill("one")
    await group.until(sizes(5))
    assert ("two", "ended") not in {(member, what) for member, what, _ in group.lines()}
    assert before["two"] < group.shares()["two"]


@pytest.mark.chaos
async def test_member_that_was_taken_for_dead_ends_what_others_have_begun(group: Group) -> None:
    group.start("one")
    await group.until(sizes(5))
    group.start("two")
    await group.until(sizes(3, 2))
    group.signal("one", signal.SIGSTOP)
    await group.until(lambda shares: shares["two"] == set(FIVE))
    group.signal("one", signal.SIGCONT)
    await group.until(sizes(3, 2))


async def test_items_go_only_to_members_that_know_them(group: Group) -> None:
    group.start("one", ("a", "b"))
    group.start("two", ("b", "c", "d"))
    shares = await group.until(sizes(2, 2))
    assert shares == {"one": {"a", "b"}, "two": {"c", "d"}}


async def test_members_work_on_while_the_broker_is_away(group: Group, kafka: Kafka) -> None:
    group.start("one")
    await group.until(sizes(5))
    group.start("two")
    await group.until(sizes(3, 2))
    before = group.lines()
    kafka.kill()
    kafka.start()
    group.start("three")
    await group.until(sizes(2, 2, 1))
    assert [what for _, what, _ in group.lines()[len(before) :]] == ["ended", "began"]
