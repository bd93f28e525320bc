"""The simulator as a command: what it says, and how it ends."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from devstack.hyperv.__main__ import main
from devstack.hyperv.fixture import HostDidNotStart, start_host


def test_it_stops_on_sigterm_and_leaves_no_port(tmp_path: Path) -> None:
    running = start_host(tmp_path, vms=1)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    running.stop()
    with pytest.raises(OSError), socket.create_connection((running.host, running.port), timeout=1):
        pass


def test_two_hosts_run_side_by_side(tmp_path: Path) -> None:
    hosts = [start_host(tmp_path, vms=count, name=f"HV{count}") for count in (1, 2)]
    try:
        assert [len(host.control.list_machines()) for host in hosts] == [1, 2]
    finally:
        for host in hosts:
            host.stop()


def test_a_password_the_acceptor_cannot_hold_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.write_text("with:colon")
    assert main(["--password-file", str(password)]) == 2
    assert "--password-file" in capsys.readouterr().err


def test_a_port_in_use_ends_it_with_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    password = tmp_path / "password"
    password.write_text("s3cret")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "devstack.hyperv", "--password-file", str(password), "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1


def test_a_host_that_cannot_start_is_reported(tmp_path: Path) -> None:
    with pytest.raises(HostDidNotStart):
        start_host(tmp_path, vms=1, name="x", build=-1, seed="no number")  # type: ignore[arg-type]


def test_the_control_endpoint_speaks_json_to_anyone(tmp_path: Path) -> None:
    running = start_host(tmp_path, vms=1)
    try:
        answer = httpx.post(f"{running.control_url}/add-machine", json={"name": "by-hand"}, trust_env=False)
        assert answer.json()["name"] == "by-hand"
        assert (
            httpx.post(f"{running.control_url}/add-machine", content=b"[", trust_env=False).status_code == 400
        )
    finally:
        running.stop()
