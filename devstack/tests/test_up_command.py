"""`python -m devstack up`: addresses while it runs, nothing afterwards."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from devstack.ports import is_listening

pytestmark = pytest.mark.parts


def start(directory: Path, *arguments: str) -> "subprocess.Popen[str]":
    places = ["--directory", str(directory), "--endpoints", str(directory / "endpoints.json")]
    command = [sys.executable, "-m", "devstack", "up", *places, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def endpoints(directory: Path, up: "subprocess.Popen[str]") -> dict[str, dict[str, str]]:
    path = directory / "endpoints.json"
    deadline = time.monotonic() + 180
    while not path.exists():
        assert up.poll() is None, up.stdout and up.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    read: dict[str, dict[str, str]] = json.loads(path.read_text())
    return read


def ports(addresses: dict[str, dict[str, str]]) -> list[int]:
    urls = [part.get("url") or f"kafka://{part['bootstrap_servers']}" for part in addresses.values()]
    return [port for url in urls if (port := urlsplit(url).port)]


def runs(process: psutil.Process) -> bool:
    """A zombie does not run; who reaps it is its parent's affair."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_and_no_port_is_left(tmp_path: Path, ending: signal.Signals) -> None:
    with start(tmp_path) as up:
        addresses = endpoints(tmp_path, up)
        family = psutil.Process(up.pid).children(recursive=True)
        assert list(addresses) == ["kafka", "clickhouse", "vcenter", "hyperv"]
        assert all(is_listening(port) for port in ports(addresses))

        up.send_signal(ending)

        code = up.wait(120)
        deadline = time.monotonic() + 120
        while any(runs(process) for process in family):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert not any(is_listening(port) for port in ports(addresses))
    assert code == (-signal.SIGKILL if ending is signal.SIGKILL else 0)


def test_two_run_side_by_side_but_not_in_one_directory(tmp_path: Path) -> None:
    with start(tmp_path / "a", "--parts", "clickhouse") as first:
        ours = endpoints(tmp_path / "a", first)
        with start(tmp_path / "b", "--parts", "clickhouse") as second:
            theirs = endpoints(tmp_path / "b", second)
            with start(tmp_path / "a", "--parts", "clickhouse") as third:
                assert third.wait(60) == 1
                assert third.stdout is not None
                assert "is in use" in third.stdout.read()
            assert set(ports(ours)).isdisjoint(ports(theirs))
            second.send_signal(signal.SIGINT)
        first.send_signal(signal.SIGINT)


def test_an_unknown_part_is_named() -> None:
    command = [sys.executable, "-m", "devstack", "up", "--parts", "kafka,oracle"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "oracle" in ended.stderr
