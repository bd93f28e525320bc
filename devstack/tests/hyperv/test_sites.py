"""Several hosts in one process: what they share, what moves between them, what their cluster says."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devstack.hyperv.changes import Changes
from devstack.hyperv.control import ControlError
from devstack.hyperv.fixture import RunningHost, start_hosts
from devstack.hyperv.host import SimulatedHost
from devstack.hyperv.site import SimulatedSite
from devstack.hyperv.soap import NAMESPACES

_CLUSTER = "root/mscluster"
_NAMES = "SELECT ElementName FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'"
_RESOURCES = (
    "SELECT OwnerNode, OwnerGroup, PrivateProperties FROM MSCluster_Resource WHERE Type = 'Virtual Machine'"
)


@pytest.fixture
def site() -> SimulatedSite:
    """A cluster of two nodes with three machines each, in this process."""
    return SimulatedSite.build(host_count=2, machine_count=3, seed=7, name="NODE", cluster="CLUSTER1")


@pytest.fixture(scope="module")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningHost]]:
    hosts = start_hosts(tmp_path_factory.mktemp("site"), 3, vms=2, cluster="CLUSTER1")
    yield hosts
    for host in hosts:
        host.stop()


def changes_of(site: SimulatedSite, place: int) -> Changes:
    return Changes(site.hosts[place], site)


def test_names_and_ids_of_a_sites_machines_are_their_own(site: SimulatedSite) -> None:
    machines = [machine for host in site.hosts for machine in host.machines()]
    assert len({machine.name for machine in machines}) == 6
    assert len({machine.guid for machine in machines}) == 6


def test_a_machine_that_migrates_keeps_its_id_and_starts_its_counters_anew(
    site: SimulatedSite, in_process: Callable[..., Any]
) -> None:
    here, there = (in_process(host.service) for host in site.hosts)
    name = here.values(_NAMES, "ElementName")[0]
    before = changes_of(site, 0).migrate_machine(name, to=site.hosts[1].name)
    assert name not in here.values(_NAMES, "ElementName")
    row = there.select(
        f"SELECT Name, OnTimeInMilliseconds FROM Msvm_ComputerSystem WHERE ElementName = '{name}'"
    )
    assert row[0]["Name"] == [before["guid"]]
    assert int(row[0]["OnTimeInMilliseconds"][0]) < 60_000


def test_every_node_shows_which_node_owns_a_machine(
    site: SimulatedSite, in_process: Callable[..., Any]
) -> None:
    first, second = (in_process(host.service) for host in site.hosts)
    machine = site.hosts[0].machines()[0]
    changes_of(site, 0).migrate_machine(machine.guid, to="NODE-002")
    for client in (first, second):
        assert client.values("SELECT Name FROM MSCluster_Cluster", "Name", _CLUSTER) == ["CLUSTER1"]
        assert client.values("SELECT Name FROM MSCluster_Node", "Name", _CLUSTER) == ["NODE-001", "NODE-002"]
        rows = client.select(_RESOURCES, _CLUSTER)
        assert len(rows) == 6
        (owner,) = [
            row["OwnerNode"][0] for row in rows if machine.guid.lower() in row["PrivateProperties"][0]
        ]
        assert owner == "NODE-002"


def test_a_machine_outside_the_cluster_has_no_resource(
    site: SimulatedSite, in_process: Callable[..., Any]
) -> None:
    changes_of(site, 0).set_clustered(site.hosts[0].machines()[0].name, clustered=False)
    assert len(in_process(site.hosts[1].service).select(_RESOURCES, _CLUSTER)) == 5


def test_a_lone_host_has_no_cluster_namespace(client: Any, fault: type[Exception]) -> None:
    with pytest.raises(fault, match="DestinationUnreachable"):
        client.select("SELECT Name FROM MSCluster_Cluster", _CLUSTER)


def test_a_replica_has_the_id_of_its_primary_and_is_off(
    site: SimulatedSite, in_process: Callable[..., Any]
) -> None:
    machine = site.hosts[0].machines()[0]
    changes_of(site, 0).replicate_machine(machine.name, to="NODE-002")
    wql = f"SELECT EnabledState, ReplicationMode FROM Msvm_ComputerSystem WHERE Name = '{machine.guid}'"
    rows = [in_process(host.service).select(wql)[0] for host in site.hosts]
    assert [(row["EnabledState"], row["ReplicationMode"]) for row in rows] == [
        (["2"], ["1"]),
        (["3"], ["2"]),
    ]


def test_checkpoints_form_a_chain_that_ends_in_the_machines_settings(
    host: SimulatedHost, client: Any
) -> None:
    machine = host.machines()[0]
    for name in ("before", "after"):
        Changes(host).take_checkpoint(machine.name, name=name)
    rows = client.select(
        "SELECT InstanceID, Parent, ElementName, VirtualSystemType FROM Msvm_VirtualSystemSettingData"
        f" WHERE VirtualSystemIdentifier = '{machine.guid}'"
    )
    parents = {row["InstanceID"][0]: row["Parent"][0] or "" for row in rows}
    ids = {row["ElementName"][0]: row["InstanceID"][0] for row in rows}
    assert parents[ids["before"]] == ""
    assert ids["before"] in parents[ids["after"]]
    assert ids["after"] in parents[f"Microsoft:{machine.guid}"]
    Changes(host).remove_checkpoint(machine.name)
    Changes(host).remove_checkpoint(machine.name)
    assert host.machines()[0].disks == machine.disks


def test_hosts_of_one_process_answer_each_for_itself(
    running_site: list[RunningHost], connect: Callable[..., Any]
) -> None:
    for host in running_site:
        client = connect(host)
        names = client.values("SELECT Name FROM Msvm_ComputerSystem", "Name")
        client.close()
        assert names == [host.name, *(machine["guid"] for machine in host.control.list_machines())]


def test_a_move_over_the_control_endpoint_needs_a_host_of_the_site(running_site: list[RunningHost]) -> None:
    first, second, _ = running_site
    machine = first.control.list_machines()[0]["name"]
    with pytest.raises(ControlError, match="no such host"):
        first.control.migrate_machine(machine=machine, to="elsewhere")
    first.control.migrate_machine(machine=machine, to=second.name)
    assert machine in [found["name"] for found in second.control.list_machines()]
    assert machine not in [found["name"] for found in first.control.list_machines()]


def test_a_resources_private_properties_are_an_object(
    site: SimulatedSite, in_process: Callable[..., Any]
) -> None:
    answer = in_process(site.hosts[0].service).enumerate(_RESOURCES, _CLUSTER)
    (private,) = answer.iterfind("w:Items/w:XmlFragment/PrivateProperties", NAMESPACES)
    (machine_id,) = private.iterfind("{*}VmID")
    assert machine_id.text in {machine.guid.lower() for machine in site.hosts[0].machines()}
