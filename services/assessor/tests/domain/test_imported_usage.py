"""What a file states about use, as the assessment sees it."""

import json
from typing import Any

from assessor.domain.inputs import MachineInputs, to_machine
from assessor.domain.machine import NOT_MEASURED, Usage
from surveyor_schemas.examples import examples
from surveyor_schemas.inventory.machine_v1 import Machine


def imported_machine(disk_usage: dict[str, Any] | None) -> Machine:
    (example,) = (one.value for one in examples("machines") if one.name == "ordinary")
    document = json.loads(example)
    document["imported_usage"] = {
        "cpu_percent": 40.0,
        "memory_percent": None,
        "total_read_iops": None,
        "total_write_iops": None,
        "total_read_mb_per_second": None,
        "total_write_mb_per_second": None,
        "received_mb_per_second": None,
        "transmitted_mb_per_second": None,
    }
    document["disks"][0]["imported_usage"] = disk_usage
    return Machine.model_validate_json(json.dumps(document))


def test_usage_that_a_file_states_for_a_disk_is_its_percentile() -> None:
    usage = {"read_iops": 120.0, "write_iops": None, "read_mb_per_second": 4.5, "write_mb_per_second": 0.0}
    machine = to_machine(MachineInputs(machine=imported_machine(usage), disks={}, nics={}))
    assert machine is not None
    assert machine.disks[0].usages == (
        Usage(120.0, None),
        NOT_MEASURED,
        Usage(4.5, None),
        Usage(0.0, None),
    )
    assert machine.total_disk_usage is None


def test_a_disk_of_which_a_file_states_no_use_was_not_measured() -> None:
    machine = to_machine(MachineInputs(machine=imported_machine(None), disks={}, nics={}))
    assert machine is not None
    assert machine.disks[0].usages == (NOT_MEASURED,) * 4
