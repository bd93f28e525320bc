"""Verifying a stored run: the same bytes from its inputs, and what differs when they are not."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assessor.bootstrap import run_dependencies
from assessor.handlers import handle_request
from assessor.runs import RunDependencies
from assessor.settings import AssessorSettings
from assessor.verification import NotVerifiable, verify_run
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.health import Health
from surveyor_kit.settings import ClickHouseSettings
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.assessments.results_v1 import AssessedMachine

pytestmark = pytest.mark.parts

SLOT = timedelta(minutes=10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def deps(store: ClickHouse) -> RunDependencies:
    own = AssessorSettings(page_machines=2)
    return run_dependencies(own, store, InMemoryPublisher(), Health(), SettableClock(NOON))


@pytest.fixture
async def completed(
    deps: RunDependencies, estate: Any, make_machine: Any, make_request: Any, store: ClickHouse
) -> Any:
    """A completed run of three measured machines whose samples and states are gone."""
    machines = [make_machine(f"web-{number}") for number in range(3)]
    request = make_request(settings={"azure_disk_types": ["Premium"]})
    await estate.add(machines)
    await estate.scope(request.run_id, [machine.machine_id for machine in machines])
    for machine in machines:
        # So few that the percentile leaves them out, and the back-test counts them.
        busy = [50.0] * 140 + [100.0] * 4
        await estate.open_peaks(machine.machine_id, "cpu_percent", busy, last_slot_at=NOON - SLOT)
    await handle_request(request, deps)
    for table in ("machine_10m", "disk_10m", "nic_10m", "peaks_day", "machine_state", "assessment_scope"):
        await store.command(f"TRUNCATE TABLE {table}")
    return request


async def test_run_verifies_when_its_samples_are_gone(completed: Any, deps: RunDependencies) -> None:
    verification = await verify_run(completed.run_id, deps.runs, deps.catalogues, deps.backtests)
    assert (verification.machines, verification.difference) == (3, None)


async def test_first_difference_is_named_by_machine_and_field(completed: Any, deps: RunDependencies) -> None:
    ids = await deps.runs.input_ids(completed.run_id)
    stored = await deps.runs.results(completed.run_id, ids)
    changed = AssessedMachine.model_validate_json(stored[ids[1]])
    disks = [changed.disks[0].model_copy(update={"recommended_sku": "Premium_P80"})]
    await deps.runs.store_results(
        completed.run_id, [changed.model_copy(update={"disks": disks})], NOON + SLOT
    )
    verification = await verify_run(completed.run_id, deps.runs, deps.catalogues, deps.backtests)
    assert verification.difference is not None
    assert verification.difference.machine == f"{changed.display_name} ({ids[1]})"
    assert verification.difference.field == "disks[0].recommended_sku"
    assert (verification.difference.stored, verification.difference.computed) == (
        '"Premium_P80"',
        '"Premium_P6"',
    )


async def test_summary_is_compared_too(completed: Any, deps: RunDependencies) -> None:
    summary = await deps.runs.summary(completed.run_id)
    assert summary is not None
    changed = summary.model_copy(update={"machine_count": 4, "completed_at": NOON + SLOT})
    await deps.runs.store_summary(changed)
    verification = await verify_run(completed.run_id, deps.runs, deps.catalogues, deps.backtests)
    assert verification.difference is not None
    assert (verification.difference.machine, verification.difference.field) == (
        "the summary",
        "machine_count",
    )


async def test_missing_result_is_a_difference(
    completed: Any, deps: RunDependencies, store: ClickHouse
) -> None:
    await store.command("TRUNCATE TABLE assessment_results")
    verification = await verify_run(completed.run_id, deps.runs, deps.catalogues, deps.backtests)
    assert verification.difference is not None
    assert (verification.difference.field, verification.difference.stored) == ("the whole result", "nothing")


async def test_run_without_a_result_cannot_be_verified(
    completed: Any, deps: RunDependencies, store: ClickHouse
) -> None:
    with pytest.raises(NotVerifiable, match="The store has no run"):
        await verify_run(uuid4(), deps.runs, deps.catalogues, deps.backtests)
    await store.command("TRUNCATE TABLE assessment_summaries")
    with pytest.raises(NotVerifiable, match="has no result"):
        await verify_run(completed.run_id, deps.runs, deps.catalogues, deps.backtests)


def run_command(settings: ClickHouseSettings, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "SURVEYOR_CLICKHOUSE__URL": settings.url,
        "SURVEYOR_CLICKHOUSE__DATABASE": settings.database,
        "SURVEYOR_CLICKHOUSE__USERNAME": settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": settings.password.get_secret_value(),
    }
    command = [str(Path(sys.executable).with_name("assessor")), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


async def test_command_says_whether_a_run_verifies(
    completed: Any, deps: RunDependencies, store: ClickHouse, clickhouse_settings: ClickHouseSettings
) -> None:
    good = run_command(clickhouse_settings, "verify", str(completed.run_id))
    assert (good.returncode, good.stderr) == (0, "")
    assert "3 machines and the summary come out the same" in good.stdout
    unknown = run_command(clickhouse_settings, "verify", str(uuid4()))
    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)
    await store.command("TRUNCATE TABLE assessment_results")
    assert run_command(clickhouse_settings, "verify", str(completed.run_id)).returncode == 1


def test_store_that_does_not_answer_is_named(clickhouse_settings: ClickHouseSettings) -> None:
    nowhere = clickhouse_settings.model_copy(update={"url": "http://127.0.0.1:1"})
    ended = run_command(nowhere, "verify", str(uuid4()))
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert "http://127.0.0.1:1 (SURVEYOR_CLICKHOUSE__URL)" in ended.stderr
