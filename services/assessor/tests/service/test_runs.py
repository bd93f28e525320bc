"""A requested run, on a real store: results, summary, events, and what happens when it is repeated."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from assessor.adapters.catalogue_store import ClickHouseCatalogueStore
from assessor.adapters.statements import PatientClickHouse
from assessor.bootstrap import run_dependencies
from assessor.catalogue.packaged import packaged_catalogue, packaged_snapshot
from assessor.domain.rules import RULES_VERSION
from assessor.domain.run_record import RunRecord
from assessor.handlers import handle_request
from assessor.run_control import RunCancelled, RunGivenAway
from assessor.runs import RunDependencies
from assessor.settings import AssessorSettings
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.results_v1 import AssessedMachine, AssessmentSummary

pytestmark = pytest.mark.parts

SLOT = timedelta(minutes=10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def publisher() -> InMemoryPublisher:
    return InMemoryPublisher()


@pytest.fixture
def deps(store: ClickHouse, publisher: InMemoryPublisher) -> RunDependencies:
    own = AssessorSettings(page_machines=2, run_attempts=2, run_retry_seconds=0)
    return run_dependencies(own, store, publisher, Health(), SettableClock(NOON))


@pytest.fixture
def results(store: ClickHouse) -> Callable[[UUID], Any]:
    async def read(run_id: UUID) -> list[AssessedMachine]:
        rows = await store.query_rows(
            "SELECT document FROM assessment_results FINAL"
            " WHERE run_id = {run_id:UUID} ORDER BY display_name",
            {"run_id": str(run_id)},
        )
        return [AssessedMachine.model_validate_json(row["document"]) for row in rows]

    return read


@pytest.fixture
async def measured(estate: Any, make_machine: Any, make_request: Any) -> Any:
    """Three machines at 50 % CPU and memory over a whole day, and the request to assess them."""
    machines = [make_machine(f"web-{number}") for number in range(3)]
    request = make_request(settings={"azure_vm_families": ["Dsv5_series"], "azure_disk_types": ["Premium"]})
    await estate.add(machines)
    await estate.scope(request.run_id, [machine.machine_id for machine in machines])
    for machine in machines:
        for metric in ("cpu_percent", "memory_percent"):
            await estate.open_peaks(machine.machine_id, metric, [50.0] * 144, last_slot_at=NOON - SLOT)
    return request


async def test_run_stores_results_and_tells_it(
    measured: Any, deps: RunDependencies, publisher: InMemoryPublisher, results: Any
) -> None:
    await handle_request(measured, deps)
    stored = await results(measured.run_id)
    assert [machine.display_name for machine in stored] == ["web-0", "web-1", "web-2"]
    first = stored[0]
    assert (first.suitability, first.recommended_size) == ("Suitable", "Standard_D4s_v5")
    assert (first.percentage_cores_utilization, first.percentage_memory_utilization) == (50, 50)
    assert first.monthly_compute_cost == Decimal("167.90")
    assert first.disks[0].recommended_sku == "Premium_P6"
    assert first.explanation is not None
    assert first.explanation.cores_needed == 2.6
    # Disk and NIC were never measured: 2 of 2 + 4 + 2 series are there.
    assert first.confidence_percent == 25
    events = publisher.events("assessment-events")
    assert isinstance(events[0], AssessmentStarted)
    assert isinstance(events[-1], AssessmentCompleted)
    assert {type(event) for event in events[1:-1]} == {AssessmentProgressed}


async def test_summary_adds_up_the_machines(
    measured: Any, deps: RunDependencies, publisher: InMemoryPublisher
) -> None:
    await handle_request(measured, deps)
    completed = publisher.events("assessment-events")[-1]
    assert isinstance(completed, AssessmentCompleted)
    summary = completed.summary
    assert summary.machine_count == 3
    assert summary.suitability_counts == {"Suitable": 3}
    assert summary.monthly_compute_cost == 3 * Decimal("167.90")
    assert summary.monthly_storage_cost == summary.monthly_storage_cost_by_type.premium
    assert summary.monthly_storage_cost_by_type.ultra == 0
    assert summary.monthly_security_cost is None
    assert (summary.confidence_percent, summary.confidence_stars) == (25, 2)
    assert (summary.window_start, summary.window_end) == (NOON - timedelta(days=1), NOON)
    assert (summary.rules_version, summary.catalogue_hash) == (RULES_VERSION, measured.catalogue_hash)
    assert await deps.runs.summary(measured.run_id) == summary


async def test_repeated_request_is_only_announced_again(
    measured: Any, deps: RunDependencies, publisher: InMemoryPublisher, estate: Any, make_machine: Any
) -> None:
    await handle_request(measured, deps)
    once = publisher.events("assessment-events")
    await estate.scope(measured.run_id, [make_machine().machine_id])
    await handle_request(measured, deps)
    assert publisher.events("assessment-events")[len(once) :] == once[-1:]


async def test_interrupted_run_is_computed_from_what_it_had_stored(
    measured: Any, deps: RunDependencies, results: Any, estate: Any, store: ClickHouse
) -> None:
    await handle_request(measured, deps)
    before = [machine.model_dump_json() for machine in await results(measured.run_id)]
    # As if killed before the summary; meanwhile the machines have become busy.
    await store.command("TRUNCATE TABLE assessment_summaries")
    await store.command("TRUNCATE TABLE assessment_results")
    for machine in [
        row["machine_id"] for row in await store.query_rows("SELECT machine_id FROM machine_state")
    ]:
        await estate.open_peaks(machine, "cpu_percent", [100.0] * 144, last_slot_at=NOON - SLOT)
    await handle_request(measured, deps)
    assert [machine.model_dump_json() for machine in await results(measured.run_id)] == before


async def test_as_is_run_reads_no_performance(
    deps: RunDependencies, results: Any, estate: Any, make_machine: Any, make_request: Any
) -> None:
    machine = make_machine()
    request = make_request(settings={"sizing_criterion": "AsOnPremises"})
    await estate.add([machine])
    await estate.scope(request.run_id, [machine.machine_id])
    await estate.open_peaks(machine.machine_id, "cpu_percent", [50.0] * 144, last_slot_at=NOON - SLOT)
    await handle_request(request, deps)
    (result,) = await results(request.run_id)
    assert (result.percentage_cores_utilization, result.confidence_percent) == (None, None)
    assert result.explanation is not None
    assert result.explanation.cores_needed == 4


async def test_imported_usage_counts_as_the_percentile(
    deps: RunDependencies, results: Any, estate: Any, make_machine: Any, make_request: Any
) -> None:
    usage = {
        "cpu_percent": 25.0,
        "memory_percent": None,
        "total_read_iops": 1_000.0,
        "total_write_iops": None,
        "total_read_mb_per_second": 10.0,
        "total_write_mb_per_second": None,
        "received_mb_per_second": None,
        "transmitted_mb_per_second": 2.0,
    }
    machine = make_machine(source_kind="import", boot_type=None, imported_usage=usage)
    request = make_request(settings={"scaling_factor": 1.0})
    await estate.add([machine])
    await estate.scope(request.run_id, [machine.machine_id])
    await handle_request(request, deps)
    (result,) = await results(request.run_id)
    assert (result.suitability, result.confidence_percent) == ("Suitable", None)
    assert result.explanation is not None
    assert (result.explanation.cores_needed, result.explanation.memory_gib_needed) == (1, 8)
    assert (result.explanation.disk_iops_needed, result.explanation.network_mbit_per_second_needed) == (
        1_000,
        16,
    )
    assert result.disks[0].recommended_sku == "StandardSSD_E6"


async def test_machine_that_is_not_ready_keeps_its_place_in_the_result(
    deps: RunDependencies, results: Any, estate: Any, make_machine: Any, make_request: Any
) -> None:
    machine = make_machine(memory_mib=8_000_000)
    request = make_request(settings={"sizing_criterion": "AsOnPremises"})
    await estate.add([machine])
    await estate.scope(request.run_id, [machine.machine_id])
    await handle_request(request, deps)
    (result,) = await results(request.run_id)
    assert result.suitability == "NotSuitable"
    assert [issue.code for issue in result.issues] == ["NoSuitableVmSizeFound"]
    assert result.issues[0].fix
    assert (result.recommended_size, result.monthly_compute_cost) == (None, None)
    assert result.disks[0].suitability == "Unknown"


async def test_disk_without_a_matching_counter_is_sized_by_capacity(
    deps: RunDependencies, results: Any, estate: Any, make_machine: Any, make_disk: Any, make_request: Any
) -> None:
    disks = [make_disk(counter_instance=None), make_disk(disk_id="2", size_bytes=None, is_os_disk=False)]
    machine = make_machine(disks=disks)
    request = make_request()
    await estate.add([machine])
    await estate.scope(request.run_id, [machine.machine_id])
    await handle_request(request, deps)
    (result,) = await results(request.run_id)
    assert [disk.recommended_sku for disk in result.disks] == ["StandardSSD_E6", None]
    assert result.monthly_storage_cost is None
    assert "CannotReportStorageCost" in result.data_issues


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"catalogue_hash": "0" * 64}, "catalogue-unknown", "No catalogue has the hash 0000"),
        ({"settings": {"azure_location": "nowhere"}}, "settings-not-supported", "azure_location"),
        ({}, "no-machines", "The group has no machines"),
    ],
)
async def test_run_that_cannot_have_a_result_says_why(
    changes: Any,
    code: str,
    words: str,
    deps: RunDependencies,
    publisher: InMemoryPublisher,
    make_request: Any,
) -> None:
    request = make_request(**changes)
    await handle_request(request, deps)
    (event,) = publisher.events("assessment-events")
    assert isinstance(event, AssessmentFailed)
    assert event.code == code
    assert words in event.message
    assert await deps.runs.summary(request.run_id) is None


async def test_group_whose_machines_are_all_gone_fails(
    deps: RunDependencies, publisher: InMemoryPublisher, estate: Any, make_machine: Any, make_request: Any
) -> None:
    machine, request = make_machine(removed_at=NOON), make_request()
    await estate.add([machine])
    await estate.scope(request.run_id, [machine.machine_id])
    await handle_request(request, deps)
    event = publisher.events("assessment-events")[-1]
    assert isinstance(event, AssessmentFailed)
    assert event.code == "no-machines"


@pytest.fixture
async def unreadable(estate: Any, make_request: Any, store: ClickHouse) -> Any:
    """A request for a machine whose stored state cannot be read."""
    request = make_request()
    await estate.scope(request.run_id, [request.group_id])
    columns = ["machine_id", "revision", "document"]
    await store.insert_rows("machine_state", columns, [[request.group_id, 1, "{}"]])
    return request


async def test_bug_fails_its_run_after_some_attempts_and_names_nothing_of_the_inside(
    deps: RunDependencies, publisher: InMemoryPublisher, unreadable: Any
) -> None:
    await handle_request(unreadable, deps)
    events = publisher.events("assessment-events")
    assert [type(event) for event in events].count(AssessmentStarted) == 2
    assert isinstance(events[-1], AssessmentFailed)
    assert events[-1].code == "internal"
    assert events[-1].message.startswith("The assessor met an error of its own, 2 times; its log names it.")


async def test_run_goes_on_after_an_error_that_passes(
    deps: RunDependencies,
    publisher: InMemoryPublisher,
    unreadable: Any,
    estate: Any,
    make_machine: Any,
    store: ClickHouse,
) -> None:
    mended = make_machine(machine_id=unreadable.group_id, revision=2)

    class Mends(InMemoryPublisher):
        async def publish(self, event: Any) -> Any:
            begun = len(self.events("assessment-events"))
            if isinstance(event, AssessmentStarted) and begun:
                await estate.add([mended])
            return await super().publish(event)

    publisher = Mends()
    await handle_request(unreadable, replace(deps, publisher=publisher))
    assert isinstance(publisher.events("assessment-events")[-1], AssessmentCompleted)


async def test_run_that_ends_its_process_every_time_fails_in_the_end(
    measured: Any, deps: RunDependencies, publisher: InMemoryPublisher
) -> None:
    for attempt in (1, 2):
        record = RunRecord(request=measured, rules_version=RULES_VERSION, attempts=attempt)
        await deps.runs.store_record(record, NOON)
    await handle_request(measured, deps)
    (event,) = publisher.events("assessment-events")
    assert isinstance(event, AssessmentFailed)


def after(calls: int, error: Exception) -> Callable[[], None]:
    """Return a check that raises at its n-th call."""
    left = iter(range(calls - 1))

    def check_in() -> None:
        if next(left, None) is None:
            raise error

    return check_in


@pytest.mark.parametrize("calls", [1, 2, 3, 4, 5, 6])
async def test_cancelled_run_ends_at_once_without_a_result(
    calls: int, measured: Any, deps: RunDependencies, publisher: InMemoryPublisher
) -> None:
    await handle_request(measured, deps, after(calls, RunCancelled("tester")))
    events = publisher.events("assessment-events")
    assert isinstance(events[-1], AssessmentCancelled)
    assert events[-1].cancelled_by == "tester"
    assert not any(isinstance(event, AssessmentCompleted) for event in events)
    assert await deps.runs.summary(measured.run_id) is None


async def test_cancellation_that_comes_after_the_result_leaves_it(
    measured: Any, deps: RunDependencies, publisher: InMemoryPublisher
) -> None:
    await handle_request(measured, deps)
    await handle_request(measured, deps, after(1, RunCancelled("tester")))
    assert isinstance(publisher.events("assessment-events")[-1], AssessmentCompleted)


async def test_run_that_another_assessor_has_begun_since_is_left_to_it(
    measured: Any, deps: RunDependencies, publisher: InMemoryPublisher
) -> None:
    later = RunRecord(request=measured, rules_version=RULES_VERSION, attempts=2)

    class Overtaken(InMemoryPublisher):
        async def publish(self, event: Any) -> Any:
            await deps.runs.store_record(later, NOON + SLOT)
            return await super().publish(event)

    publisher = Overtaken()
    with pytest.raises(RunGivenAway):
        await handle_request(measured, replace(deps, publisher=publisher))
    assert not any(isinstance(event, AssessmentCompleted) for event in publisher.events("assessment-events"))
    assert await deps.runs.summary(measured.run_id) is None


async def test_what_an_earlier_attempt_still_writes_does_not_count(
    measured: Any, deps: RunDependencies, results: Any, store: ClickHouse
) -> None:
    await handle_request(measured, replace(deps, clock=SettableClock(NOON + SLOT)))
    after_all = await results(measured.run_id)
    stale = after_all[0].model_copy(update={"recommended_size": "Standard_D96s_v5"})
    await deps.runs.store_results(measured.run_id, [stale], NOON)
    assert await results(measured.run_id) == after_all


async def test_stored_snapshot_is_the_packaged_bytes(deps: RunDependencies, store: ClickHouse) -> None:
    await deps.catalogues.publish_packaged()
    stored = ClickHouseCatalogueStore(PatientClickHouse(store, Health()))
    assert await stored.load(packaged_catalogue().content_hash) == packaged_snapshot()
    assert await stored.load("unknown") is None


async def test_summary_survives_its_way_through_the_store(measured: Any, deps: RunDependencies) -> None:
    await handle_request(measured, deps)
    summary = await deps.runs.summary(measured.run_id)
    assert isinstance(summary, AssessmentSummary)
    assert AssessmentSummary.model_validate_json(summary.model_dump_json()) == summary
