"""`--check` shows what would be collected, without a broker."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack.hyperv.fixture import RunningHost
from devstack.ports import free_port

from .running_collector import source_for

pytestmark = pytest.mark.parts


def check(folder: Path, *sources: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    sources_file = folder / "sources.yaml"
    sources_file.write_text(yaml.safe_dump(list(sources)))
    return subprocess.run(
        [sys.executable, "-m", "collector_hyperv", "--check"],
        env={**os.environ, "SURVEYOR_COLLECTOR_HYPERV__SOURCES_FILE": str(sources_file)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_host_in_order_shows_its_machines_counters_and_samples(
    shared_host: RunningHost, tmp_path: Path
) -> None:
    ended = check(tmp_path, source_for(shared_host, "lab"))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    first, *rest = ended.stdout.splitlines()
    assert first == f"source lab: {shared_host.host}:{shared_host.port}"
    assert rest[0] == "  Microsoft Windows Server 2022 Datacenter 10.0.20348"
    assert rest[1].startswith("  8 machines: 7 running")
    assert "12 of 12 counters" in ended.stdout
    assert "values of 7 machines; 7 are running" in ended.stdout
    assert "PROBLEM" not in ended.stdout


def test_a_source_that_refuses_is_a_problem_without_its_password(
    shared_host: RunningHost, tmp_path: Path
) -> None:
    wrong = source_for(shared_host, "wrong", password="canary-of-a-password")
    absent = source_for(shared_host, "absent", port=free_port())
    ended = check(tmp_path, wrong, absent, source_for(shared_host, "right"))
    assert ended.returncode == 1
    assert "PROBLEM: login-refused: the host does not accept the account" in ended.stdout
    assert "PROBLEM: unreachable: no connection" in ended.stdout
    assert (
        "(correct username or password, or the files that hold them; auth names the method)" in ended.stdout
    )
    assert "(look at host and port, " in ended.stdout
    assert "values of 7 machines" in ended.stdout
    assert "canary" not in ended.stdout + ended.stderr


def test_missing_rights_counters_and_a_wrong_clock_are_problems(
    host: RunningHost, old_host: RunningHost, tmp_path: Path
) -> None:
    host.control.skew_clock(seconds=600)
    ended = check(tmp_path, source_for(host, "skewed"), source_for(old_host, "old"))
    assert ended.returncode == 1
    assert "PROBLEM: its clock is 600 s wrong" in ended.stdout or "601 s wrong" in ended.stdout
    assert "PROBLEM: counters missing: " in ended.stdout
    host.control.weaken_rights()
    ended = check(tmp_path, source_for(host, "weak"))
    assert "PROBLEM: rights-missing: the account sees no Hyper-V objects" in ended.stdout


def test_a_wrong_sources_file_ends_a_check_with_one_line(tmp_path: Path) -> None:
    ended = check(tmp_path, {"source_id": "lab"})
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("SURVEYOR_COLLECTOR_HYPERV__SOURCES_FILE: ")
