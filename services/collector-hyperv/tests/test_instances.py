import pytest

from collector_hyperv.domain.counters import Instances
from collector_hyperv.domain.instances import InstanceIndex, Owner, Unmatched
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved

from .builders import a_disk, a_machine, a_nic, guid

DISK_PATH = "C:\\ClusterStorage\\Volume1\\web--01\\web-01.vhdx"
WEB = a_machine(1, name="web", disks=[a_disk(DISK_PATH)], nics=[a_nic(guid(11))])


def index(*machines: HypervMachineObserved) -> InstanceIndex:
    return InstanceIndex(machines, {machine.vm_guid: machine.name for machine in machines})


@pytest.mark.parametrize(
    ("instances", "name", "owner"),
    [
        (Instances.PROCESSOR, "web:Hv VP 0", Owner(WEB.machine_id, "0")),
        (Instances.PROCESSOR, "WEB:Hv VP 12", Owner(WEB.machine_id, "12")),
        (Instances.MACHINE, "web", Owner(WEB.machine_id, "")),
        (
            Instances.DISK,
            "--?-c:-clusterstorage-volume1-WEB-01-web-01.vhdx",
            Owner(WEB.machine_id, "disk"),
        ),
        (
            Instances.NIC,
            f"web_Network Adapter_{guid(1).lower()}--{guid(11).lower()}",
            Owner(WEB.machine_id, "nic"),
        ),
    ],
)
def test_an_instance_belongs_to_its_machine(instances: Instances, name: str, owner: Owner) -> None:
    unmatched = Unmatched()
    assert index(WEB).owner(instances, name, unmatched) == owner
    assert unmatched == Unmatched()


@pytest.mark.parametrize("instances", list(Instances))
def test_the_total_belongs_to_no_one(instances: Instances) -> None:
    unmatched = Unmatched()
    assert index(WEB).owner(instances, "_Total", unmatched) is None
    assert unmatched == Unmatched()


@pytest.mark.parametrize(
    ("instances", "name"),
    [
        (Instances.PROCESSOR, "db:Hv VP 0"),
        (Instances.PROCESSOR, "web:Something 0"),
        (Instances.MACHINE, "db"),
        (Instances.DISK, "--?-D:-other.vhdx"),
        (Instances.NIC, "an adapter without GUIDs"),
    ],
)
def test_what_fits_no_machine_is_unknown(instances: Instances, name: str) -> None:
    unmatched = Unmatched()
    assert index(WEB).owner(instances, name, unmatched) is None
    assert sum(unmatched.unknown.values()) == 1


@pytest.mark.parametrize("name", ["web:Hv VP 0", "web:Hv VP 0#1"])
def test_two_machines_of_one_name_are_ambiguous(name: str) -> None:
    twins, unmatched = index(WEB, a_machine(2, name="Web")), Unmatched()
    assert twins.owner(Instances.PROCESSOR, name, unmatched) is None
    assert unmatched.ambiguous == {"web": 1}


def test_a_copy_of_a_known_name_is_ambiguous() -> None:
    unmatched = Unmatched()
    assert index(WEB).owner(Instances.MACHINE, "web#1", unmatched) is None
    assert unmatched.ambiguous == {"web": 1}


def test_a_name_that_ends_like_a_copy_is_a_name() -> None:
    odd = a_machine(2, name="web#1")
    assert index(WEB, odd).owner(Instances.MACHINE, "web#1", Unmatched()) == Owner(odd.machine_id, "")


def test_names_are_those_of_now_not_those_of_the_inventory() -> None:
    renamed = InstanceIndex([WEB], {WEB.vm_guid: "www"})
    assert renamed.owner(Instances.MACHINE, "www", Unmatched()) == Owner(WEB.machine_id, "")
    assert renamed.owner(Instances.MACHINE, "web", Unmatched()) is None


def test_a_disk_that_two_machines_share_is_ambiguous() -> None:
    other, unmatched = a_machine(2, disks=[a_disk(DISK_PATH.upper())]), Unmatched()
    name = "--?-C:-ClusterStorage-Volume1-web-01-web-01.vhdx"
    assert index(WEB, other).owner(Instances.DISK, name, unmatched) is None
    assert unmatched.ambiguous == {name: 1}
