"""What the other services do while a page is open."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx

from query_api.testing.builders import (
    GIB,
    a_change,
    a_disk,
    a_machine,
    store_changes,
    store_machines,
    store_results,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.base import Event
from surveyor_schemas.inventory.machine_v1 import Machine

from .results import result_of, summary_of
from .running import Surveyor


@dataclass(frozen=True)
class Assessed:
    """A group and an assessment of it that is Completed."""

    group_id: str
    assessment_id: str
    machines: list[Machine]


async def assess(surveyor: Surveyor) -> Assessed:
    machines = surveyor.machines[:9]
    async with surveyor.api() as api:
        ids = [str(machine.machine_id) for machine in machines]
        body = {"name": "Web tier", "description": "Moves first, in spring.", "machine_ids": ids}
        group_id = (await api.post("/v1/groups", json=body)).json()["id"]
        settings = {"azure_location": "westeurope", "currency": "EUR", "time_range": "Week"}
        asked = {"name": "West Europe, first look", "settings": settings}
        answer = await api.post(f"/v1/groups/{group_id}/assessments", json=asked)
        assert answer.status_code == 202, answer.text
        assessment = answer.json()
        await _complete(surveyor, assessment, machines)
        await _until_completed(api, assessment["id"])
    return Assessed(group_id, assessment["id"], machines)


class Others:
    """What the other services do while a page is open."""

    def __init__(self, surveyor: Surveyor, machines: list[Machine]) -> None:
        self._surveyor = surveyor
        self._machines = machines

    async def report_progress(self, assessment_id: str, done: int, total: int) -> None:
        """Tell how far a run is, as the assessor does."""
        async with self._surveyor.api() as api:
            run_id = (await api.get(f"/v1/assessments/{assessment_id}")).json()["run_id"]
        event = AssessmentProgressed(
            assessment_id=UUID(assessment_id),
            run_id=UUID(run_id),
            at=datetime.now(UTC),
            step="assessing",
            done=done,
            total=total,
        )
        await self._publish(event)

    async def complete(self, assessment_id: str) -> None:
        """Complete a run, as the assessor does."""
        async with self._surveyor.api() as api:
            assessment = (await api.get(f"/v1/assessments/{assessment_id}")).json()
        await _complete(self._surveyor, assessment, self._machines)

    async def cancel(self, assessment_id: str) -> None:
        """Stop a run that was cancelled, as the assessor does."""
        async with self._surveyor.api() as api:
            run_id = (await api.get(f"/v1/assessments/{assessment_id}")).json()["run_id"]
        now = datetime.now(UTC)
        await self._publish(
            AssessmentCancelled(
                assessment_id=UUID(assessment_id), run_id=UUID(run_id), at=now, cancelled_by="bootstrap"
            )
        )

    async def assess_stale_group(self) -> str:
        """Assess a group that then loses a machine; returns the assessment's id."""
        async with self._surveyor.api() as api:
            ids = [str(machine.machine_id) for machine in self._machines[:3]]
            group = (await api.post("/v1/groups", json={"name": "Shrinking", "machine_ids": ids})).json()
            asked = {"name": "Before it shrank", "settings": {"azure_location": "westeurope"}}
            assessment = (await api.post(f"/v1/groups/{group['id']}/assessments", json=asked)).json()
            await _complete(self._surveyor, assessment, self._machines[:3])
            await _until_completed(api, assessment["id"])
            removal = {"operation": "remove", "machine_ids": ids[:1]}
            await api.post(f"/v1/groups/{group['id']}/members", json=removal)
        return str(assessment["id"])

    async def add_disk(self, machine: Machine) -> None:
        """Bring a new disk, as the normalizer does: first the event, then the tables."""
        disk = a_disk(len(machine.disks), size_bytes=250 * GIB)
        new = machine.model_copy(update={"revision": machine.revision + 1, "disks": [*machine.disks, disk]})
        now = datetime.now(UTC)
        change = a_change(
            machine_id=machine.machine_id,
            machine_name=machine.name,
            source_id=machine.source_id,
            revision=new.revision,
            kind="disk-added",
            field_path=f"disks[{disk.disk_id}]",
            before=None,
            after=disk.model_dump(mode="json"),
            observed_at=now,
            recorded_at=now,
        )
        await self._publish(change)
        async with ClickHouse(self._surveyor.store) as store:
            await store_changes(store, change)
            await store_machines(store, new)

    async def store_machine_named(self, name: str) -> Machine:
        """Bring a machine of any name; it is a removed one, so that other tests count the same."""
        machine = a_machine(name=name, removed_at=None, is_template=True)
        async with ClickHouse(self._surveyor.store) as store:
            await store_machines(store, machine)
        return machine

    async def _publish(self, event: Event) -> None:
        async with EventPublisher(self._surveyor.kafka, client_id="portal-tests") as publisher:
            await publisher.publish(event)


async def _complete(surveyor: Surveyor, assessment: dict[str, Any], machines: list[Machine]) -> None:
    """Write results and tell that they are complete, as the assessor does."""
    assessment_id, run_id = UUID(assessment["id"]), UUID(assessment["run_id"])
    results = [result_of(assessment_id, run_id, machine, number) for number, machine in enumerate(machines)]
    summary = summary_of(assessment_id, run_id, results)
    async with ClickHouse(surveyor.store) as store:
        await store_results(store, summary, results)
    completed = AssessmentCompleted(
        assessment_id=assessment_id, run_id=run_id, at=summary.completed_at, summary=summary
    )
    async with EventPublisher(surveyor.kafka, client_id="portal-tests") as publisher:
        await publisher.publish(completed)


async def _until_completed(api: httpx.AsyncClient, assessment_id: str) -> None:
    """Wait until the API has heard of the completion."""
    async with asyncio.timeout(60):
        while (await api.get(f"/v1/assessments/{assessment_id}")).json()["state"] != "Completed":
            pass  # another process makes it so
