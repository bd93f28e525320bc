from dataclasses import replace
from datetime import datetime, timedelta

from collector_hyperv.domain.sites import HostRead, Site
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

from .builders import NOON, a_machine

VM = a_machine(1)
OFF = a_machine(1, enabled_state=3)
KNOWN = [VM.machine_id]


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def read(began: float, *machines: HypervMachineObserved) -> HostRead:
    return HostRead(at(began), {machine.machine_id: machine for machine in machines})


def test_a_machine_that_its_only_host_does_not_show_is_gone() -> None:
    site = Site(["a"])
    site.take("a", read(0, VM))
    site.take("a", read(60))
    assert site.gone(KNOWN, at(61)) == {VM.machine_id: at(60)}


def test_nothing_is_gone_before_every_host_was_read() -> None:
    site = Site(["a", "b"])
    site.take("a", read(0))
    assert site.gone(KNOWN, at(1)) == {}


def test_a_machine_between_two_hosts_is_not_gone() -> None:
    site = Site(["a", "b"])
    site.take("a", read(0, VM))
    site.take("b", read(5))
    site.take("a", read(60))
    assert site.gone(KNOWN, at(61)) == {}
    site.take("b", read(65, VM))
    assert site.gone(KNOWN, at(66)) == {}
    site.take("a", read(120))
    assert site.gone(KNOWN, at(121)) == {}


def test_a_machine_that_no_host_shows_in_a_whole_round_is_gone() -> None:
    site = Site(["a", "b"])
    site.take("a", read(0, VM))
    site.take("b", read(5))
    site.take("a", read(60))
    assert site.gone(KNOWN, at(61)) == {}
    site.take("b", read(65))
    assert site.gone(KNOWN, at(66)) == {}
    site.take("a", read(120))
    assert site.gone(KNOWN, at(121)) == {VM.machine_id: at(61)}


def test_a_host_that_does_not_answer_keeps_its_machines() -> None:
    site = Site(["a", "b"])
    site.take("a", read(0, VM))
    for began in (5, 65, 125):
        site.take("b", read(began))
        assert site.gone(KNOWN, at(began + 1)) == {}


def test_a_machine_from_before_the_start_is_gone_after_a_whole_round() -> None:
    site = Site(["a", "b"])
    for host, began in (("a", 0), ("b", 5)):
        site.take(host, read(began))
        assert site.gone(KNOWN, at(began + 1)) == {}
    site.take("a", read(60))
    assert site.gone(KNOWN, at(61)) == {VM.machine_id: at(1)}


def test_of_two_hosts_the_one_that_runs_a_machine_counts() -> None:
    site = Site(["a", "b"])
    assert site.take("a", read(0, VM)) == [VM]
    assert site.take("b", read(5, OFF)) == []
    assert site.take("a", read(60)) == []
    assert site.take("b", read(65, OFF)) == [OFF]


def node(
    began: float, name: str, *machines: HypervMachineObserved, owner: str = "n3.example.com"
) -> HostRead:
    """A read of a node of a cluster of three; the cluster says who owns the machine."""
    return replace(
        read(began, *machines), host_name=name, nodes=("N1", "N2", "N3"), owners={VM.machine_id: owner}
    )


def test_a_machine_that_moved_to_a_node_out_of_sight_is_not_gone() -> None:
    site = Site(["a", "b"])
    for began, machines in ((0, (VM,)), (60, ()), (120, ())):
        site.take("a", node(began, "N1", *machines))
        site.take("b", node(began + 5, "N2"))
        assert site.gone(KNOWN, at(began + 6)) == {}
    assert site.unfollowed_nodes() == ["N3"]


def test_a_resource_that_outlives_its_machine_does_not_keep_it() -> None:
    site = Site(["a", "b"])
    gone = {}
    for began, machines in ((0, (VM,)), (60, ()), (120, ())):
        site.take("a", node(began, "N1", *machines, owner="N1"))
        site.take("b", node(began + 5, "N2", owner="N1"))
        gone = site.gone(KNOWN, at(began + 6))
    assert set(gone) == {VM.machine_id}


def test_nodes_are_not_missed_before_all_hosts_were_read() -> None:
    site = Site(["a", "b"])
    site.take("a", node(0, "n1.example.com"))
    assert site.unfollowed_nodes() == []
