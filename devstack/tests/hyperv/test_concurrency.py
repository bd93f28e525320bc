"""Many readers and changes at once: nothing locks up, nobody sees half a machine."""

import threading
from typing import Any

from devstack.hyperv.changes import Changes
from devstack.hyperv.host import SimulatedHost

_ROUNDS = 60
_LIMIT_SECONDS = 60.0


def test_queries_and_changes_do_not_block_each_other(host: SimulatedHost, in_process: Any) -> None:
    changes = Changes(host)
    guid = changes.add_machine(name="changing", disk_count=1)["guid"]
    seen: set[int] = set()
    query = (
        f"SELECT InstanceID FROM CIM_ResourceAllocationSettingData WHERE InstanceID LIKE 'Microsoft:{guid}%'"
    )

    def read() -> None:
        client = in_process(host.service)
        for _ in range(_ROUNDS):
            client.select("SELECT Name, OnTimeInMilliseconds FROM Msvm_ComputerSystem")
            seen.add(len(client.select(query)))

    def change() -> None:
        for _ in range(_ROUNDS):
            path = changes.add_disk(machine=guid)["disks"][-1]["path"]
            changes.remove_disk(machine=guid, path=path)

    threads = [threading.Thread(target=work, daemon=True) for work in (read, read, change)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_LIMIT_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    # Processor, memory, controller, port, connection, and two rows a disk: never one and a half disks.
    assert seen <= {7, 9}
