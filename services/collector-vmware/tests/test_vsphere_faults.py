"""Answers of a vCenter that go wrong: no crash, nothing lost that it still holds, and all of it shows."""

import asyncio
import gc
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from devstack.fixtures.vcenter import RunningVCenter, running_vcenter
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.identity import vmware_machine_id

from .following import Following, errors_counted, following
from .published_values import latest, values_of
from .running_collector import source_for
from .vcenter_client import connected
from .vcenter_truth import Values, all_values_over_there
from .vsphere_front import Fault, VsphereFront, changed, cut, delayed, front_of, http_error, soap_fault

pytestmark = [
    pytest.mark.parts,
    # Calls that are under way when a connection is given up end later, and their sockets with them.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _sockets_end_here() -> Iterator[None]:
    """Let what is left of given-up connections end with its test, not in somebody else's."""
    yield
    gc.collect()


QUERY, WAIT, CLOCK = "QueryPerf", "WaitForUpdatesEx", "CurrentTime"
_VALUES = re.compile(rb"<value>([-0-9,]+)</value>")
_TIMES = re.compile(rb"<sampleInfoCSV>([^<]*)</sampleInfoCSV>")
SKEW = timedelta(minutes=10)


@pytest.fixture(scope="module")
def small_vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVCenter]:
    with running_vcenter(tmp_path_factory.mktemp("small"), machines=6, seed=11) as vcenter:
        yield vcenter


@pytest.fixture
async def front(small_vcenter: RunningVCenter, tmp_path: Path) -> AsyncIterator[VsphereFront]:
    async with front_of(small_vcenter, tmp_path / "front") as front:
        yield front


def behind(front: VsphereFront, source_id: str, folder: Path) -> dict[str, Any]:
    """Return the source as it is reached through the front."""
    tls = {"ca_file": str(front.certificate.path)}
    return source_for(front.vcenter, source_id, folder, port=front.port, tls=tls)


async def truth_of(vcenter: RunningVCenter) -> Values:
    """Return nearly the last hour as the vCenter has it now."""
    now = int(time.time())
    with connected(vcenter) as client:
        return await asyncio.to_thread(all_values_over_there, client, now - 3200, now - 60)


def shows(truth: Values, seen: Following, shift_seconds: int = 0) -> bool:
    """Tell whether all of the truth is published; a value that differs fails."""
    published = values_of(seen)
    missing = 0
    for key, values in truth.items():
        for at, value in values.items():
            found = published.get(key, {}).get(at + shift_seconds)
            assert found in (None, value), f"{key} at {at}"
            missing += found is None
    return not missing


def on_values(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    """Change each series of an answer."""
    return partial(_VALUES.sub, lambda m: b"<value>" + b",".join(change(m[1].split(b","))) + b"</value>")


def shuffled(answer: bytes) -> bytes:
    """Give samples in any order, which is the same for times and values."""

    def order(count: int) -> list[int]:
        return random.Random(count).sample(range(count), count)  # no secret

    def times(found: "re.Match[bytes]") -> bytes:
        parts = found[1].split(b",")
        pairs = [b",".join(parts[n : n + 2]) for n in range(0, len(parts), 2)]
        return b"<sampleInfoCSV>" + b",".join(pairs[n] for n in order(len(pairs))) + b"</sampleInfoCSV>"

    values = on_values(lambda values: [values[n] for n in order(len(values))])
    return values(_TIMES.sub(times, answer))


def without_the_newest(values: list[bytes]) -> list[bytes]:
    return values[:-2] or values


def no_data_for_the_newest(values: list[bytes]) -> list[bytes]:
    return [*values[:-2], b"-1", b"-1"][-len(values) :]


def no_data_for_every_third(values: list[bytes]) -> list[bytes]:
    return [b"-1" if n % 3 == 0 else value for n, value in enumerate(values)]


FAULTS: dict[str, tuple[str, Fault, int, str | None]] = {
    "slow": (QUERY, delayed(0.7), 3, None),
    "cut": (QUERY, cut(), 4, "query-cut"),
    "http-500": (QUERY, http_error(500), 4, "query-http-error"),
    "http-503": (QUERY, http_error(503), 4, "query-http-error"),
    "session-expired": (QUERY, soap_fault("NotAuthenticated"), 1, "session-ended"),
    "restricted": (QUERY, soap_fault("RestrictedByAdministrator"), 4, "query-fault"),
    "wrong-interval": (QUERY, soap_fault("InvalidArgument"), 4, "query-fault"),
    "no-numbers": (QUERY, changed(on_values(lambda values: [b"1-2"] * len(values))), 3, "bad-answer"),
    "shuffled": (QUERY, changed(shuffled), 10**9, None),
    "short-arrays": (QUERY, changed(on_values(without_the_newest)), 8, None),
    "late-values": (QUERY, changed(on_values(no_data_for_the_newest)), 8, None),
    "very-late-values": (QUERY, changed(on_values(no_data_for_every_third)), 8, None),
    "clock-unreadable": (CLOCK, changed(lambda answer: answer.replace(b"20", b"xx")), 2, "unreadable-answer"),
    "clock-cut": (CLOCK, cut(), 1, "unreachable"),
    "inventory-cut": (WAIT, cut(), 1, "unreachable"),
    "inventory-500": (WAIT, http_error(500), 2, "http-error"),
    "inventory-odd": (
        WAIT,
        changed(lambda answer: answer.replace(b"<key>", b"<key>?")),
        1,
        "unreadable-answer",
    ),
    "inventory-session": (WAIT, soap_fault("NotAuthenticated"), 1, "session-ended"),
    "no-login": ("Login", http_error(503), 2, "unreachable"),
}


EVERY_TIME = {
    "cut",
    "http-500",
    "session-expired",
    "restricted",
    "shuffled",
    "very-late-values",
    "inventory-odd",
}
"""The others are much like these, and belong to the long rounds."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in EVERY_TIME else pytest.mark.chaos) for name in FAULTS],
)
async def test_an_hour_is_published_as_the_source_has_it_whatever_goes_wrong(
    name: str, front: VsphereFront, tmp_path: Path
) -> None:
    method, fault, times, code = FAULTS[name]
    truth = await truth_of(front.vcenter)
    front.spoil(method, fault, times)
    async with following(tmp_path, [behind(front, name, tmp_path)]) as seen:
        await seen.until(partial(shows, truth), "all samples")
        status = seen.board(name).report()
    assert front.spoiled[method] >= min(times, 2)
    assert len(latest(seen)) == front.vcenter.machines
    if code is not None:
        assert (status.last_error and status.last_error.code) == code
        assert errors_counted(name, code) > 0


async def test_a_clock_ten_minutes_ahead_stamps_the_samples_and_is_shown(
    front: VsphereFront, tmp_path: Path
) -> None:
    stamp = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")

    def moved(by: timedelta, content: bytes) -> bytes:
        return stamp.sub(lambda m: _stamp(datetime.fromisoformat(m[0].decode()) + by), content)

    ahead, back = partial(moved, SKEW), partial(moved, -SKEW)
    for method in (QUERY, CLOCK):
        front.spoil(method, changed(ahead, back))
    truth = await truth_of(front.vcenter)
    async with following(tmp_path, [behind(front, "ahead", tmp_path)]) as seen:
        await seen.until(partial(shows, truth, shift_seconds=600), "all samples, ten minutes later")
        status = seen.board("ahead").report()
    assert status.clock_skew_seconds == pytest.approx(600, abs=5)
    assert status.state == "connected"


def _stamp(at: datetime) -> bytes:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()


async def test_a_machine_whose_samples_may_not_be_read_costs_only_itself(
    front: VsphereFront, tmp_path: Path
) -> None:
    with connected(front.vcenter) as client:
        hidden = client.a_running_machine()
        moref = hidden._moId
        hidden_id = vmware_machine_id(client.content.about.instanceUuid, hidden.config.instanceUuid)
    truth = await truth_of(front.vcenter)
    refusal = soap_fault("NoPermission", f'<object type="VirtualMachine">{moref}</object>')
    front.spoil(QUERY, refusal, about=f">{moref}<")
    async with following(tmp_path, [behind(front, "forbidden", tmp_path)]) as seen:
        others = {key: values for key, values in truth.items() if key[0] != hidden_id}
        await seen.until(partial(shows, others), "the samples of the others")
        assert hidden_id not in {key[0] for key in values_of(seen)}
        status = seen.board("forbidden").report()
        assert (status.state, status.last_error and status.last_error.code) == ("degraded", "query-fault")
        front.heal()
        await seen.until(partial(shows, truth), "the samples of the machine that may be read again")
        await seen.until(lambda s: s.board("forbidden").state == "connected", "a source without doubts")


@pytest.mark.chaos
async def test_properties_that_may_not_be_read_are_named_and_remove_nothing(
    front: VsphereFront, tmp_path: Path
) -> None:
    missing = (
        rb"<missingSet><path>config.instanceUuid</path><fault><fault "
        rb'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="NoPermission"/>'
        rb"<localizedMessage/></fault></missingSet>"
    )
    uuid = re.compile(rb"<changeSet><name>config.instanceUuid</name>.*?</changeSet>")
    source = [behind(front, "hidden", tmp_path)]
    async with following(tmp_path, source, full_read_interval_seconds=1) as seen:
        await seen.until(lambda s: len(latest(s)) == front.vcenter.machines, "all machines")
        front.spoil(WAIT, changed(partial(uuid.sub, missing)))
        await seen.until(lambda s: s.board("hidden").state == "degraded", "the missing right")
        status = seen.board("hidden").report()
        assert status.last_error is not None
        assert "config.instanceUuid" in status.last_error.message
        front.heal()
        await seen.until(lambda s: s.board("hidden").state == "connected", "the right back")
    assert seen.of(MachineRemoved) == []
    assert len(seen.of(VmwareMachineObserved)) == front.vcenter.machines


async def test_a_certificate_that_changes_ends_the_connection_until_it_is_trusted(
    front: VsphereFront, tmp_path: Path
) -> None:
    source = behind(front, "changed", tmp_path)
    async with following(tmp_path, [source]) as seen:
        await seen.until(lambda s: values_of(s), "samples")
        old = front.certificate.path.read_bytes()
        await front.restart_with_another_certificate()
        # The settings still name the file of the front; what it holds is what is trusted.
        new = front.certificate.path.read_bytes()
        front.certificate.path.write_bytes(old)
        await seen.until(lambda s: s.board("changed").state == "disconnected", "the refusal")
        await seen.until(lambda s: errors_counted("changed", "certificate-refused"), "the reason")
        asked = front.asked["Login"]
        assert "certificate" in str(seen.board("changed").last_error)
        front.certificate.path.write_bytes(new)
        await seen.until(lambda s: s.board("changed").state == "connected", "a connection")
        assert front.asked["Login"] == asked + 1


async def test_a_slow_source_does_not_delay_another(
    front: VsphereFront, small_vcenter: RunningVCenter, tmp_path: Path
) -> None:
    for method in (QUERY, WAIT, CLOCK):
        front.spoil(method, delayed(15))
    sources = [behind(front, "slow-one", tmp_path), source_for(small_vcenter, "quick-one", tmp_path)]
    truth = await truth_of(small_vcenter)
    # A busy machine must not skip polls by itself.
    async with following(tmp_path, sources, poll_interval_seconds=3) as seen:
        began = time.monotonic()
        await seen.until(partial(shows, truth), "all samples of the quick one")
        assert time.monotonic() - began < 15
        assert seen.board("slow-one").machine_count is None
        assert seen.board("quick-one").polls_skipped == 0
        front.heal()


async def test_at_most_four_queries_run_at_a_time_and_polls_never_overlap(
    front: VsphereFront, tmp_path: Path
) -> None:
    limit = re.compile(rb">256</value>")
    front.spoil("QueryOptions", changed(partial(limit.sub, b">10</value>")))
    front.spoil(QUERY, delayed(0.1))
    async with following(tmp_path, [behind(front, "four", tmp_path)], back_fill=False) as seen:
        await seen.until(lambda _: front.asked[QUERY] > 40, "many queries")
    assert front.spoiled["QueryOptions"] == 1
    assert front.most_under_way[QUERY] == 4
    assert front.most_under_way[CLOCK] == 1
