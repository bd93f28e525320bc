"""Waiting for a run: what is seen on the way, and how it ends when the run does not succeed."""

import os
import pty
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cli.tests.command import COMMAND, TIMEOUT_SECONDS, Cli, only

from devstack.fixtures.service import ServiceProcess
from query_api.testing.builders import store_catalogue
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = [pytest.mark.parts, pytest.mark.slow]


@pytest.fixture
async def assessment(ask: Cli, store: ClickHouse, machine: Machine) -> dict[str, Any]:
    """An assessment that was asked for, with no assessor to take it up."""
    await store_catalogue(store)
    ask("groups", "create", "g", machine.name)
    made = ask("assessments", "create", "g", "a", "--location", "westeurope", "--json").json()
    assert made["state"] == "Created"
    return dict(made)


def run_of(assessment: dict[str, Any]) -> dict[str, Any]:
    ids = {"assessment_id": UUID(assessment["id"]), "run_id": UUID(assessment["run_id"])}
    return ids | {"at": datetime.now(UTC)}


def read_until(terminal: int, text: str) -> str:
    """Read what a terminal shows until it shows `text`; the test's own timeout ends it otherwise."""
    seen = ""
    while text not in seen:
        seen += os.read(terminal, 4096).decode(errors="replace")
    return seen


def test_a_wait_that_takes_too_long_ends_with_1(ask: Cli, assessment: dict[str, Any]) -> None:
    ended = ask("assessments", "wait", "a", "--timeout", "0")
    assert (ended.code, ended.err) == (1, "surveyor: the assessment is Created after 0 seconds\n")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal: the end that the test reads, and the end that a command writes to."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def start_waiting(assessment_id: str, settings: dict[str, str], terminal: int) -> subprocess.Popen[bytes]:
    words = [*COMMAND, "assessments", "wait", assessment_id]
    return subprocess.Popen(words, env=only(settings), stdout=subprocess.DEVNULL, stderr=terminal)


async def test_progress_is_drawn_and_a_failure_told(
    assessment: dict[str, Any],
    query_api: ServiceProcess,
    key_file: Path,
    publisher: EventPublisher,
    terminal: tuple[int, int],
) -> None:
    settings = {
        "SURVEYOR_CLI__API_URL": query_api.url,
        "SURVEYOR_CLI__API_KEY_FILE": str(key_file),
        "TERM": "xterm",
    }
    shown, written = terminal
    with start_waiting(assessment["id"], settings, written) as waiting:
        read_until(shown, "Created")
        run = run_of(assessment)
        await publisher.publish(AssessmentStarted(**run, machine_count=4))
        await publisher.publish(AssessmentProgressed(**run, step="assessing", done=2, total=4))
        read_until(shown, "75%")
        await publisher.publish(AssessmentFailed(**run, code="internal", message="it broke"))
        read_until(shown, "surveyor: the assessment is Failed: it broke (internal)")
        assert waiting.wait(TIMEOUT_SECONDS) == 1


def test_a_run_that_waits_is_cancelled(ask: Cli, assessment: dict[str, Any]) -> None:
    assert "cancel requested at" in ask("assessments", "cancel", assessment["id"]).out
    ended = ask("assessments", "cancel", assessment["id"], "--wait", "--timeout", "0.1")
    assert (ended.code, "is Created after 0.1 seconds" in ended.err) == (1, True)
    assert "it has no totals" in ask("assessments", "show", assessment["id"]).err
