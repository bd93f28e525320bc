"""What goes wrong with a host while it is followed is survived, shows in status and metrics, and ends."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from collector_hyperv.adapters.host import CounterReader
from collector_hyperv.domain.counters import ADAPTER, PROCESSOR
from devstack.hyperv.control import ControlClient
from devstack.hyperv.fixture import RunningHost, start_host
from surveyor_schemas.counters import HypervCounter
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

from .following import Following, following
from .running_collector import source_for

pytestmark = pytest.mark.parts

MANY = 1_000
A_FEW_POLLS = 200
"""As many values are rates of several polls already."""
Change = Callable[[ControlClient], Any]


@dataclass(frozen=True)
class Fault:
    """A fault, its end, and the codes of which one must show."""

    begin: Change
    end: Change
    codes: tuple[str, ...]


def ordered(change: str, *codes: str, **arguments: Any) -> Fault:
    """A fault of the next many requests, until none is ordered any more."""
    return Fault(
        lambda host: host.call(change, times=MANY, **arguments),
        lambda host: host.call(change, times=0, **arguments),
        codes,
    )


def lasting(change: str, flag: str, *codes: str, **arguments: Any) -> Fault:
    """A fault that is turned on and off."""
    return Fault(
        lambda host: host.call(change, **arguments, **{flag: True}),
        lambda host: host.call(change, **arguments, **{flag: False}),
        codes,
    )


FAULTS = {
    "connections are cut in answers": ordered("order_cuts", "malformed-answer", "unreachable"),
    "errors without a SOAP fault": ordered("order_http_errors", "malformed-answer"),
    "logins that do not last": ordered("order_lost_logins", "login-refused", "malformed-answer"),
    "answers that make no sense": ordered("order_garbage", "malformed-answer"),
    "the host gives up": ordered("order_fault", "timed-out", kind="timeout"),
    "too many operations": ordered("order_fault", "operations-quota", kind="operations_quota"),
    "access denied": ordered("order_fault", "access-denied", kind="access_denied"),
    "enumerations are forgotten": ordered("order_fault", "context-lost", kind="invalid_context"),
    "no right to the virtualization namespace": lasting(
        "deny_namespace", "denied", "access-denied", namespace="root/virtualization/v2"
    ),
    "no Hyper-V rights at all": lasting("weaken_rights", "weak", "rights-missing"),
    "a class without which no machine is known": lasting(
        "hide_class", "hidden", "query-refused", class_name="Msvm_MemorySettingData"
    ),
}


@pytest.fixture(scope="module")
def mended_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host for faults that end: each test leaves it as it was."""
    host = start_host(tmp_path_factory.mktemp("mended-host"), vms=6, seed=5)
    yield host
    host.stop()


async def steady(seen: Following) -> None:
    """Wait until the host is followed and its rates are published."""
    await seen.until(lambda: seen.progress.state() == "connected" and len(seen.values()) > A_FEW_POLLS)


def codes(seen: Following) -> set[str]:
    return {*seen.host.failing.values(), *seen.host.doubts.values()}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_shows_is_survived_and_ends(
    name: str, mended_host: RunningHost, tmp_path: Path
) -> None:
    fault, host = FAULTS[name], mended_host
    source_id = f"faulty-{uuid.uuid4().hex[:6]}"
    async with following(tmp_path, source_for(host, source_id)) as seen:
        await steady(seen)
        fault.begin(host.control)
        await seen.until(lambda: codes(seen) & set(fault.codes))
        assert seen.progress.state() in ("degraded", "disconnected")
        assert seen.host.last_error is not None
        assert seen.host.last_error.code in fault.codes
        assert f"source {source_id}" in seen.health.failing()
        failures = "surveyor_hyperv_read_failures_total"
        assert sum(seen.metric(failures, code=code) for code in fault.codes) > 0
        assert seen.metric("surveyor_hyperv_host_up") == 0
        fault.end(host.control)
        before = len(seen.values())
        seen.lift_waits()
        await seen.until(lambda: seen.progress.state() == "connected" and len(seen.values()) > before)
    assert seen.events(MachineRemoved) == []


async def test_a_namespace_without_rights_costs_only_its_classes(host: RunningHost, tmp_path: Path) -> None:
    host.control.deny_namespace(namespace="root/cimv2")
    async with following(tmp_path, source_for(host, "half")) as seen:
        await seen.until(lambda: seen.host.doubts.get("performance") == "class-refused")
        assert len(seen.events(HypervMachineObserved)) == 6
        assert seen.progress.state() == "degraded"
        assert seen.metric("surveyor_hyperv_host_doubts") > 0
        assert not any(seen.host.capabilities[counter] for counter in HypervCounter)


async def test_a_missing_counter_or_class_is_a_capability_and_costs_only_itself(
    host: RunningHost, tmp_path: Path
) -> None:
    host.control.hide_counter(class_name=ADAPTER.name, property_name="BytesSentPersec")
    host.control.hide_class(class_name=PROCESSOR.name)
    async with following(tmp_path, source_for(host, "poor")) as seen:
        await seen.until(lambda: seen.host.polled_at and len(seen.values()) > A_FEW_POLLS)
        missing = {HypervCounter.NET_SENT_BYTES, HypervCounter.VCPU_GUEST_RUN_TIME}
        assert {counter for counter in HypervCounter if not seen.host.capabilities[counter]} == missing
        assert counters(seen) == set(HypervCounter) - missing


async def test_a_clock_ten_minutes_off_stamps_the_samples_and_is_told(
    host: RunningHost, tmp_path: Path
) -> None:
    async with following(tmp_path, source_for(host, "skewed")) as seen:
        await steady(seen)
        host.control.skew_clock(seconds=-600)
        await seen.until(lambda: "clock-wrong" in seen.host.doubts.values())
        now = time.time()
        assert seen.host.clock_skew_seconds == pytest.approx(-600, abs=10)
        assert seen.metric("surveyor_hyperv_clock_skew_seconds") == pytest.approx(-600, abs=10)
        await seen.until(lambda: times(seen)[-1] < now - 500)
        assert seen.progress.state() == "degraded"
        host.control.skew_clock(seconds=0)
        await seen.until(lambda: seen.progress.state() == "connected")
    # The performance clock does not step, so neither do rates.
    assert max(seen.values()) < 10**9


async def test_a_changed_certificate_is_refused_until_it_is_trusted(
    tls_host: RunningHost, tmp_path: Path
) -> None:
    assert tls_host.certificate is not None
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(tls_host.certificate.read_bytes())
    source = source_for(tls_host, "tls", tls={"ca_file": str(trusted)})
    async with following(tmp_path, source) as seen:
        await seen.until(lambda: seen.progress.state() == "connected" and seen.values())
        renewed = tls_host.control.renew_certificate()
        tls_host.control.order_cuts(times=2)
        await seen.until(lambda: "certificate-refused" in seen.host.failing.values())
        assert seen.metric("surveyor_hyperv_read_failures_total", code="certificate-refused") > 0
        trusted.write_text(renewed)
        seen.lift_waits()
        before = len(seen.values())
        await seen.until(lambda: seen.progress.state() == "connected" and len(seen.values()) > before)


async def test_new_credentials_are_used_as_soon_as_they_are_written(
    host: RunningHost, tmp_path: Path
) -> None:
    password_file = tmp_path / "password"
    password_file.write_text("an old one")
    source = source_for(host, "rotated", password_file=str(password_file))
    del source["password"]
    async with following(tmp_path, source) as seen:
        await seen.until(lambda: "login-refused" in seen.host.failing.values())
        password_file.write_text(host.password)
        await seen.until(lambda: seen.progress.state() == "connected")


async def test_what_was_polled_is_published_or_counted_as_lost(host: RunningHost, tmp_path: Path) -> None:
    async with following(tmp_path, source_for(host, "bounded"), spool_max_bytes=30_000) as seen:
        collected = partial(seen.metric, "surveyor_hyperv_values_collected_total")
        await steady(seen)
        seen.publisher.there.clear()
        dropped = partial(seen.metric, "surveyor_hyperv_polls_dropped_total", reason="spool-full")
        await seen.until(lambda: dropped() > 2)
        assert seen.followers.spool_bytes() < 50_000
        seen.publisher.there.set()
        await seen.until(lambda: seen.events(SamplesLost))
    lost = seen.events(SamplesLost)
    assert {loss.reason for loss in lost} == {"spool-full"}
    assert len(seen.values()) + sum(loss.value_count or 0 for loss in lost) == collected()
    assert times(seen) == sorted(times(seen))
    batches = seen.events(PerformanceSampled)
    assert [batch.batch_no for batch in batches] == list(range(1, len(batches) + 1))


async def test_an_answer_that_nobody_foresaw_costs_one_read(
    host: RunningHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with following(tmp_path, source_for(host, "odd")) as seen:
        await steady(seen)
        with monkeypatch.context() as patched:
            patched.setattr(CounterReader, "read", trip)
            await seen.until(lambda: "unexpected-answer" in seen.host.failing.values())
        assert seen.host.last_error is not None
        assert "KeyError at test_faults.py:" in seen.host.last_error.message
        assert "canary" not in seen.host.last_error.message
        await seen.until(lambda: seen.progress.state() == "connected")


def trip(_: CounterReader) -> NoReturn:
    raise KeyError("canary-of-a-payload")


def counters(seen: Following) -> set[str]:
    return {
        series.counter
        for batch in seen.events(PerformanceSampled)
        for machine in batch.machines
        for series in machine.series
        if any(value is not None for value in series.values)
    }


def times(seen: Following) -> list[int]:
    """The newest time of each batch, in the order of publishing."""
    return [
        max(max(machine.timestamps) for machine in batch.machines)
        for batch in seen.events(PerformanceSampled)
    ]
