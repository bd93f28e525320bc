"""Machines of imports as events on `discovery-raw`."""

from typing import Any

from query_api.control.tables import Import, ImportedMachine
from surveyor_inventory.imports import ImportedMachine as FileMachine
from surveyor_schemas.discovery.imported_machine_observed_v1 import ImportedMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.observation import Observation

COLLECTOR_ID = "query-api"


def event_of(machine: ImportedMachine, its_import: Import) -> Observation:
    """Return the observation of a machine at its revision, or its end."""
    observed: dict[str, Any] = {
        "machine_id": machine.machine_id,
        "revision": machine.revision,
        "source_id": machine.source_id,
        "collector_id": COLLECTOR_ID,
        "collected_at": machine.observed_at,
    }
    if machine.removed_at is not None:
        return MachineRemoved(**observed, removed_at=machine.removed_at, reason="reported")
    said = FileMachine.model_validate_json(machine.document).model_dump()
    observed |= {"format": its_import.format, "file_name": its_import.file_name}
    return ImportedMachineObserved(**observed, row_number=machine.row_number, **said)
