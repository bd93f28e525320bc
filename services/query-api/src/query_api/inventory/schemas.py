"""Machines as lists show them, and what lists can be asked for."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from query_api.web.paging import DEFAULT_LIMIT, CursorText, Limit
from surveyor_schemas.base import UtcDatetime
from surveyor_schemas.inventory.machine_v1 import BootType, OsFamily, PowerState, SourceKind


class MachineFilters(BaseModel):
    """Which machines; all that is given has to hold."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str | None, Field(max_length=200, description="Part of the name, in any case.")] = None
    source_kind: SourceKind | None = None
    source_id: Annotated[str | None, Field(max_length=200)] = None
    power_state: PowerState | None = None
    os_family: OsFamily | None = None
    include_removed: Annotated[
        bool, Field(description="Also the machines that their source no longer has.")
    ] = False


class MachinesQuery(MachineFilters):
    """One page of machines."""

    sort: Annotated[Literal["name", "-name"], Field(description="By name, in any case; `-` for Z to A.")] = (
        "name"
    )
    cursor: CursorText = None
    limit: Limit = DEFAULT_LIMIT


class MachineSummary(BaseModel):
    """A machine in a list; `/v1/machines/{machine_id}` has all of it. Null is unknown."""

    machine_id: UUID
    name: str
    source_kind: SourceKind
    source_id: str
    power_state: PowerState | None
    is_template: bool
    boot_type: BootType | None
    os_name: str | None
    os_family: OsFamily
    cores: int | None
    memory_mib: int | None
    disk_count: int
    disk_bytes: int | None
    nic_count: int
    host_name: str | None
    cluster_name: str | None
    datacenter_name: str | None
    revision: int
    observed_at: UtcDatetime
    removed_at: UtcDatetime | None
    """Since when the source no longer has it."""
