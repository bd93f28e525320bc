"""`--check` shows what would be collected, without a broker."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack.fixtures.vcenter import RunningVCenter

from .running_collector import source_for

pytestmark = pytest.mark.parts


def check(folder: Path, *sources: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
    sources_file = folder / "sources.yaml"
    sources_file.write_text(yaml.safe_dump(list(sources)))
    return subprocess.run(
        [sys.executable, "-m", "collector_vmware", "--check"],
        env={
            "SURVEYOR_COLLECTOR_VMWARE__SOURCES_FILE": str(sources_file),
            "SURVEYOR_COLLECTOR_VMWARE__SPOOL_DIR": str(sources_file.parent / "spool"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_source_in_order_shows_its_machines_and_samples(vcenter: RunningVCenter, tmp_path: Path) -> None:
    ended = check(tmp_path, source_for(vcenter, "dc1", tmp_path))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith("source dc1\n  vcenter 127.0.0.1: VMware vCenter Server")
    assert f"{vcenter.machines} machines: " in ended.stdout
    assert "samples of the last five minutes: " in ended.stdout
    assert "PROBLEM" not in ended.stdout


def test_a_source_that_refuses_is_a_problem_without_its_password(
    vcenter: RunningVCenter, tmp_path: Path
) -> None:
    source = source_for(vcenter, "dc1", tmp_path)
    (tmp_path / source["password_file"]).write_text("canary-of-a-password")
    ended = check(tmp_path, source, source_for(vcenter, "dc2", tmp_path))
    assert ended.returncode == 1
    assert "PROBLEM: login-refused: 127.0.0.1" in ended.stdout
    assert "source dc2\n  vcenter" in ended.stdout
    assert "canary" not in ended.stdout + ended.stderr
