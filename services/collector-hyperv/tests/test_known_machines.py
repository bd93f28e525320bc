from datetime import timedelta

from collector_hyperv.domain.known_machines import KnownMachines
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved

from .builders import NOON, a_disk, a_machine


def removed(machine: HypervMachineObserved, revision: int) -> MachineRemoved:
    return MachineRemoved(
        machine_id=machine.machine_id,
        revision=revision,
        source_id="source",
        collector_id="collector",
        collected_at=NOON,
        removed_at=NOON,
        reason="missing",
    )


def test_the_same_state_seen_again_is_no_news() -> None:
    known = KnownMachines()
    known.remember(a_machine(revision=7), scope="site")
    assert not known.is_news(a_machine(collected_at=NOON + timedelta(hours=1), collector_id="another"))
    assert known.is_news(a_machine(name="renamed"))
    assert known.is_news(a_machine(2))


def test_a_removed_machine_that_comes_back_is_news() -> None:
    known = KnownMachines()
    known.remember(a_machine(revision=7), scope="site")
    known.remember(removed(a_machine(), 8), scope=None)
    assert list(known.present("site")) == []
    assert known.is_news(a_machine())


def test_revisions_grow_even_when_the_clock_steps_back() -> None:
    known, machine = KnownMachines(), a_machine()
    first = known.next_revision(machine.machine_id, NOON)
    known.remember(machine.model_copy(update={"revision": first}), scope="site")
    assert known.next_revision(machine.machine_id, NOON - timedelta(hours=1)) == first + 1


def test_a_scope_has_its_own_machines() -> None:
    known = KnownMachines()
    known.remember(a_machine(1), scope="one")
    known.remember(a_machine(2), scope="two")
    assert list(known.present("two")) == [a_machine(2).machine_id]


def test_an_image_that_grows_is_no_news() -> None:
    known = KnownMachines()
    disk = a_disk("C:\\a.vhdx")
    known.remember(a_machine(disks=[disk]), scope="site")
    assert not known.is_news(a_machine(disks=[disk.model_copy(update={"file_size_bytes": 2**30})]))
    assert known.is_news(a_machine(disks=[disk.model_copy(update={"size_bytes": 2**30})]))
