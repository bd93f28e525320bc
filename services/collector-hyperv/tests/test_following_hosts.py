"""Followers, sites and publishers together, with hosts and broker in memory."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from collector_hyperv.adapters.wsman.errors import HostUnreachable, LoginRefused
from collector_hyperv.discovery import SiteDiscovery
from collector_hyperv.domain.counters import PROCESSOR, CounterRead
from collector_hyperv.domain.known_machines import KnownMachines
from collector_hyperv.domain.machines import REALIZED, Observer
from collector_hyperv.domain.polls import Poll
from collector_hyperv.domain.rows import ComputerSystemRow, InventoryRows, SystemSettingsRow
from collector_hyperv.domain.sampling import CounterPoll
from collector_hyperv.domain.sites import Site
from collector_hyperv.follower import HostFollower
from collector_hyperv.performance import SourcePublisher, poll_extent
from collector_hyperv.status import HostStatus, SourceProgress
from surveyor_kit.collecting.run import Published, Run
from surveyor_kit.spool import Bounds, Spool
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.base import Event
from surveyor_schemas.codec import decode
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost

from .builders import NOON, a_poll, guid

OBSERVER = Observer("collector", "source", "Source", "site")
BOUNDS = Bounds(max_bytes=1_000_000, max_age_seconds=7_200, segment_seconds=300)


class Host:
    """A host in memory that can be made to fail."""

    def __init__(self, name: str, *machines: int) -> None:
        self.name, self.machines = name, set(machines)
        self.error: Exception | None = None
        self.without_settings: set[int] = set()

    def read(self) -> InventoryRows:
        if self.error is not None:
            raise self.error
        settings = map(_settings, sorted(self.machines - self.without_settings))
        return InventoryRows(systems=self.systems(), settings=tuple(settings))

    def systems(self) -> tuple[ComputerSystemRow, ...]:
        machines = (ComputerSystemRow(guid(n), f"vm-{n}", enabled_state=2) for n in sorted(self.machines))
        return (ComputerSystemRow(self.name), *machines)

    def close(self) -> None:
        """Nothing to close."""


class Counters:
    """The counters of a host in memory: none at all."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self) -> CounterPoll:
        if self._host.error is not None:
            raise self._host.error
        return CounterPoll(self._host.systems(), (CounterRead(PROCESSOR, (), {}),), {})

    def close(self) -> None:
        """Nothing to close."""


def _settings(number: int) -> SystemSettingsRow:
    return SystemSettingsRow(f"Microsoft:{guid(number)}", REALIZED, guid(number))


class Installation:
    """Hosts of one site, followed into a publisher in memory."""

    def __init__(self, folder: Path, *hosts: Host) -> None:
        self.publisher, self.clock = InMemoryPublisher(), SettableClock(NOON)
        self.spool = Spool(folder, Poll, poll_extent, BOUNDS, lambda: self.clock.now().timestamp())
        self.progress = SourceProgress(
            "source", {host.name: HostStatus() for host in hosts}, "hosts", self.clock
        )
        site = Site([host.name for host in hosts])
        discovery = SiteDiscovery(site, "site", KnownMachines(), self.publisher, self.clock)
        self.followers = {
            host.name: HostFollower(
                host.name,
                OBSERVER,
                host,
                Counters(host),
                discovery,
                self.spool,
                self.progress.hosts[host.name],
                self.clock,
                poll_interval_seconds=30,
            )
            for host in hosts
        }
        run = Run("collector", "hyperv", "1", NOON)
        self.samples = SourcePublisher(
            run, self.progress, self.spool, self.publisher, self.clock, interval_seconds=30
        )

    async def read(self, *hosts: Host) -> None:
        """Read inventories one after the other, a minute apart."""
        for host in hosts:
            self.clock.advance(60)
            await self.followers[host.name].read_inventory()

    def events(self, kind: type[Event]) -> list[Any]:
        decoded = (decode(record.topic, record.headers, record.value) for record in self.publisher.published)
        return [event for event in decoded if isinstance(event, kind)]


@pytest.fixture
def install(tmp_path: Path) -> Callable[..., Installation]:
    return lambda *hosts: Installation(tmp_path, *hosts)


async def test_only_news_is_published(install: Callable[..., Installation]) -> None:
    host = Host("a", 1, 2)
    installation = install(host)
    await installation.read(host, host)
    assert len(installation.events(HypervMachineObserved)) == 2
    host.machines.add(3)
    await installation.read(host)
    assert [event.name for event in installation.events(HypervMachineObserved)] == ["vm-1", "vm-2", "vm-3"]


async def test_a_machine_keeps_its_id_when_it_moves(install: Callable[..., Installation]) -> None:
    first, second = Host("a", 1), Host("b")
    installation = install(first, second)
    await installation.read(first, second)
    first.machines, second.machines = second.machines, first.machines
    await installation.read(first, second, first, second)
    here, there = installation.events(HypervMachineObserved)
    assert here.machine_id == there.machine_id
    assert (here.host.name, there.host.name) == ("a", "b")
    assert installation.events(MachineRemoved) == []


async def test_a_machine_that_is_gone_is_removed_once(install: Callable[..., Installation]) -> None:
    host = Host("a", 1)
    installation = install(host)
    await installation.read(host)
    host.machines.clear()
    await installation.read(host, host)
    (removed,) = installation.events(MachineRemoved)
    (observed,) = installation.events(HypervMachineObserved)
    assert (removed.machine_id, removed.reason) == (observed.machine_id, "missing")
    assert removed.revision > observed.revision


async def test_a_machine_that_has_no_settings_yet_or_any_more_is_not_removed(
    install: Callable[..., Installation],
) -> None:
    host = Host("a", 1, 2)
    installation = install(host)
    await installation.read(host)
    host.without_settings = {1, 2}
    await installation.read(host, host)
    assert installation.events(MachineRemoved) == []


async def test_a_failing_host_hides_no_machine_and_delays_no_other(
    install: Callable[..., Installation],
) -> None:
    first, second = Host("a", 1), Host("b", 2)
    installation = install(first, second)
    await installation.read(first, second)
    first.error = HostUnreachable("no connection")
    second.machines.add(3)
    await installation.read(first, second, first, second)
    assert installation.events(MachineRemoved) == []
    assert {event.name for event in installation.events(HypervMachineObserved)} == {"vm-1", "vm-2", "vm-3"}
    assert installation.progress.state() == "degraded"
    assert installation.progress.report().last_error is not None


async def test_a_host_comes_back_after_a_failure(install: Callable[..., Installation]) -> None:
    host = Host("a", 1)
    installation = install(host)
    host.error = LoginRefused("the host does not accept the account")
    await installation.read(host)
    follower = installation.followers["a"]
    assert installation.progress.state() == "disconnected"
    assert follower.back_off.remaining_seconds() > 30
    host.error = None
    await installation.read(host)
    assert (installation.progress.state(), follower.back_off.remaining_seconds()) == ("connected", 0)


async def test_counters_ask_for_an_inventory_when_machines_have_changed(
    install: Callable[..., Installation],
) -> None:
    host = Host("a", 1)
    installation = install(host)
    await installation.read(host)
    follower = installation.followers["a"]
    await follower.read_counters()
    assert not follower.inventory_wanted.is_set()
    host.machines.add(2)
    await follower.read_counters()
    assert follower.inventory_wanted.is_set()


async def test_batches_are_numbered_without_a_gap(install: Callable[..., Installation]) -> None:
    installation = install(Host("a"))
    for sampled_at in (1, 31, 61):
        machines = [UUID(int=number) for number in range(1, 121)]
        installation.spool.append(a_poll(sampled_at, *machines))
        await installation.samples.publish_pending()
    batches = installation.events(PerformanceSampled)
    assert [batch.batch_no for batch in batches] == list(range(1, 10))
    assert all(len(batch.machines) <= 50 for batch in batches)
    assert installation.progress.published == Published(9, 360)


async def test_what_the_spool_dropped_is_reported_as_lost(install: Callable[..., Installation]) -> None:
    installation = install(Host("a"))
    installation.spool.append(a_poll(1_000, UUID(int=1), UUID(int=2)))
    installation.clock.advance(7_500)
    installation.spool.append(a_poll(8_500, UUID(int=1)))
    await installation.samples.publish_pending()
    await installation.samples.publish_pending()
    (lost,) = installation.events(SamplesLost)
    assert (lost.reason, lost.machine_count, lost.value_count) == ("spool-expired", 2, 2)
    assert lost.from_at.timestamp() == lost.until_at.timestamp() == 1_000


async def test_a_batch_that_was_not_acknowledged_uses_up_no_number(
    install: Callable[..., Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = install(Host("a"))
    installation.spool.append(a_poll(1, UUID(int=1)))

    async def hang(_: Event) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(installation.publisher, "publish", hang)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(installation.samples.publish_pending(), 0.05)
    assert installation.progress.published.last_batch_no == 0
    await installation.samples.publish_pending()
    assert [batch.batch_no for batch in installation.events(PerformanceSampled)] == [1]


def test_capabilities_of_a_source_are_those_that_all_hosts_have() -> None:
    progress = SourceProgress("source", {"a": HostStatus(), "b": HostStatus()}, "a, b", SettableClock(NOON))
    progress.hosts["a"].capabilities = {"x": True, "y": True}
    progress.hosts["b"].capabilities = {"x": True, "y": False}
    status = progress.report()
    assert (status.capabilities, status.kind, status.state) == (
        {"x": True, "y": False},
        "hyperv-cluster",
        "starting",
    )
