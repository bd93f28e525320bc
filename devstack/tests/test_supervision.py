"""What a stack of processes promises, with small programs in the place of real parts."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from devstack.supervise import Process, Stack, StartError
from devstack.supervise.stack import is_answered

SLEEP = "import time; time.sleep(600)"


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def runs(process: psutil.Process) -> bool:
    """A zombie does not run; who reaps it is its parent's affair."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def a_process(name: str, program: str = SLEEP, **given: Any) -> Process:
    return Process(name, [sys.executable, "-c", program], **{"ready": lambda: True, **given})


def test_a_stage_starts_when_the_one_before_is_ready(tmp_path: Path) -> None:
    mark = tmp_path / "ready"
    path = f"import pathlib, time; path = pathlib.Path({str(mark)!r})"
    slow = f"{path}; time.sleep(0.5); path.touch(); time.sleep(600)"
    after = f"{path}; print('first ready:', path.exists(), flush=True); time.sleep(600)"
    stack = Stack(
        [a_process("second", after, stage=2), a_process("first", slow, ready=mark.exists, stage=1)],
        tmp_path / "logs",
    )
    with stack:
        eventually(lambda: "first ready: True" in stack.log_tail("second"))


def test_a_socket_is_answered_once_somebody_listens(tmp_path: Path) -> None:
    address = tmp_path / "socket"
    assert not is_answered(address)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(address))
        assert not is_answered(address)
        server.listen()
        assert is_answered(address)


def test_stages_stop_in_reverse(tmp_path: Path) -> None:
    order = tmp_path / "order"
    program = (
        "import pathlib, signal, sys, time\n"
        "def stop(*_):\n"
        f"    with pathlib.Path({str(order)!r}).open('a') as file: file.write(sys.argv[1])\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        "print('up', flush=True)\n"
        "time.sleep(600)"
    )
    logs = tmp_path / "logs"

    def part(name: str, stage: int) -> Process:
        log = logs / f"{name}.log"
        return Process(
            name,
            [sys.executable, "-c", program, name],
            ready=lambda: log.exists() and "up" in log.read_text(),
            stage=stage,
        )

    with Stack([part("a", 0), part("b", 1), part("c", 2)], logs):
        pass
    assert order.read_text() == "cba"


def test_an_early_end_is_reported_with_the_last_words(tmp_path: Path) -> None:
    failing = a_process("failing", "print('the disk is full'); raise SystemExit(3)", ready=lambda: False)
    with pytest.raises(StartError, match=r"failing ended while it started.*\n(.*\n)*the disk is full"):
        Stack([failing], tmp_path).__enter__()


def test_a_process_that_never_gets_ready_is_reported_in_time(tmp_path: Path) -> None:
    silent = a_process("silent", ready=lambda: False, start_timeout_seconds=0.5)
    with pytest.raises(StartError, match="silent was not ready after"):
        Stack([silent], tmp_path).__enter__()


def test_arguments_and_environment_arrive_as_they_are(tmp_path: Path) -> None:
    awkward = "100% \"quoted\" 'text' $HOME ; %(here)s"
    same = "print(sys.argv[1] == os.environ['AWKWARD'], sys.argv[1], flush=True)"
    program = f"import os, sys, time; {same}; time.sleep(600)"
    process = Process(
        "echo",
        [sys.executable, "-c", program, awkward],
        ready=lambda: True,
        environment={"AWKWARD": awkward},
    )
    with Stack([process], tmp_path) as stack:
        eventually(lambda: stack.log_tail("echo") == f"True {awkward}")


def test_a_killed_process_comes_back_where_that_is_wanted(tmp_path: Path) -> None:
    with Stack([a_process("service", restart=True)], tmp_path) as stack:
        first = stack.pid("service")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: stack.pid("service") not in (0, first))


def test_a_killed_process_stays_down_otherwise(tmp_path: Path) -> None:
    with Stack([a_process("part")], tmp_path) as stack:
        stack.kill_process("part")
        assert stack.state("part") == "EXITED"
        stack.start_process("part")
        assert stack.state("part") == "RUNNING"


def test_watching_ends_when_a_process_does(tmp_path: Path) -> None:
    stack = Stack([a_process("part", "print('out of memory')")], tmp_path)
    with stack, pytest.raises(StartError, match=r"part ended(.*\n)*out of memory"):
        stack.watch()


def test_watching_goes_on_while_a_process_comes_back(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    lives.touch()
    path = f"import pathlib, time; path = pathlib.Path({str(lives)!r})"
    mortal = f"{path}; file = path.open('a'); file.write('x'); file.close(); time.sleep(1.5)"
    witness = f"{path}\nwhile path.stat().st_size < 3: time.sleep(0.1)"
    processes = [a_process("mortal", mortal, restart=True), a_process("witness", witness)]
    with Stack(processes, tmp_path / "logs") as stack, pytest.raises(StartError, match="witness ended"):
        stack.watch()


def test_what_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    program = f"import signal, time; {ignore}; print('up', flush=True); time.sleep(600)"
    stubborn = a_process("stubborn", program, stop_timeout_seconds=1)
    with Stack([stubborn], tmp_path) as stack:
        eventually(lambda: "up" in stack.log_tail("stubborn"))
        pid = stack.pid("stubborn")
    assert not psutil.pid_exists(pid)


HOLDER = """
import sys, time
from pathlib import Path
from devstack.supervise import Process, Stack
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
with Stack([Process("a", sleep, lambda: True), Process("b", sleep, lambda: True)], Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("killed", ["holder", "supervisord"])
def test_a_sudden_death_leaves_nothing_behind(tmp_path: Path, killed: str) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"up\n"
        family = psutil.Process(holder.pid).children(recursive=True)
        [daemon] = [child for child in family if child.ppid() == holder.pid]
        assert len(family) == 3

        os.kill(holder.pid if killed == "holder" else daemon.pid, signal.SIGKILL)

        try:
            eventually(lambda: not any(runs(process) for process in family))
        finally:
            holder.kill()
