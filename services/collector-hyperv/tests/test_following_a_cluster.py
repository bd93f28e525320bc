"""Machines that move between the nodes of a failover cluster, all of them followed, or one of them not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.hyperv.fixture import RunningHost, start_hosts
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

from .following import Following, following
from .running_collector import source_for

pytestmark = pytest.mark.parts


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[RunningHost]]:
    """A cluster of three nodes with a machine each."""
    started = start_hosts(tmp_path, 3, vms=1, cluster="CLUSTER1")
    yield started
    for node in started:
        node.stop()


def latest(seen: Following) -> dict[str, HypervMachineObserved]:
    return {event.name: event for event in seen.events(HypervMachineObserved)}


async def test_a_machine_keeps_its_id_while_it_moves_around(nodes: list[RunningHost], tmp_path: Path) -> None:
    sources = [source_for(node, f"node{number}", site="berlin") for number, node in enumerate(nodes)]
    (name,) = (machine["name"] for machine in nodes[0].control.list_machines())
    async with following(tmp_path, *sources) as seen:
        await seen.until(lambda: len(latest(seen)) == 3)
        for here, there in zip(nodes, [*nodes[1:], nodes[0]], strict=True):
            here.control.migrate_machine(machine=name, to=there.name)
            await seen.until(
                lambda: (
                    latest(seen)[name].host.name == there.name  # noqa: B023 - awaited within the round
                    and latest(seen)[name].cluster_owner_node == there.name  # noqa: B023
                )
            )
        await seen.until(lambda: all(one.state() == "connected" for one in seen.followers.statuses()))
    assert len({event.machine_id for event in seen.events(HypervMachineObserved) if event.name == name}) == 1
    assert seen.events(MachineRemoved) == []
    assert latest(seen)[name].highly_available is True


async def test_a_machine_that_moves_out_of_sight_is_not_removed_and_the_node_is_missed(
    nodes: list[RunningHost], tmp_path: Path
) -> None:
    sources = [source_for(node, f"node{number}", site="berlin") for number, node in enumerate(nodes[:2])]
    first, second = (node.control.list_machines()[0]["name"] for node in nodes[:2])
    async with following(tmp_path, *sources) as seen:
        await seen.until(lambda: "cluster-node-not-followed" in seen.host.doubts.values())
        assert seen.host.last_error is not None
        assert nodes[2].name in seen.host.last_error.message
        nodes[0].control.migrate_machine(machine=first, to=nodes[2].name)
        nodes[1].control.remove_machine(machine=second)
        await seen.until(lambda: seen.events(MachineRemoved))
    (removed,) = seen.events(MachineRemoved)
    assert removed.machine_id == latest(seen)[second].machine_id


async def test_a_site_ends_and_begins_again_with_its_numbers(
    nodes: list[RunningHost], tmp_path: Path
) -> None:
    sources = [source_for(nodes[0], "a", site="a"), source_for(nodes[1], "b", site="b")]
    async with following(tmp_path, *sources) as seen:
        followers = seen.followers
        await seen.until(lambda: all(one.published.last_batch_no > 1 for one in followers.statuses()))
        await followers.give_up(frozenset({"a"}))
        assert [one.source_id for one in followers.statuses()] == ["b"]
        released = followers.released()
        assert released.keys() == {"a"}
        assert "source a" not in seen.health.failing()
        await followers.take(frozenset({"a"}))
        await seen.until(
            lambda: any(one.published.last_batch_no > released["a"] for one in followers.statuses())
        )
        assert followers.released() == {}
        numbers = [batch.batch_no for batch in batches(seen, "a")]
    assert numbers == list(range(1, len(numbers) + 1))


def batches(seen: Following, source_id: str) -> list[PerformanceSampled]:
    return [batch for batch in seen.events(PerformanceSampled) if batch.source_id == source_id]


async def test_what_a_former_follower_left_on_disk_is_published(
    nodes: list[RunningHost], tmp_path: Path
) -> None:
    async with following(tmp_path, source_for(nodes[0], "gone")) as former:
        await former.until(lambda: former.values())
        former.publisher.there.clear()
        await former.until(lambda: former.followers.spool_bytes() > 0)
        kept = tmp_path / "spool" / "gone"
        polls = [path.read_bytes() for path in kept.iterdir()]
    later = tmp_path / "later" / "spool" / "gone"
    later.mkdir(parents=True)
    (later / "000000000001-1.entries").write_bytes(b"".join(polls))
    async with following(tmp_path / "later", source_for(nodes[1], "here")) as seen:
        await seen.followers.publish_left_over()
        assert batches(seen, "gone")
        assert not list(later.iterdir())
