import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from surveyor_kit.lifecycle import EXIT_BUG, EXIT_NOT_STOPPED, EXIT_UNAVAILABLE, Stopping

PROLOGUE = """
import asyncio, os, sys
from surveyor_kit.lifecycle import crash_point, end_process, run
from surveyor_kit.errors import MissingTopics
"""


def started(tmp_path: Path, program: str, **environment: str) -> "subprocess.Popen[str]":
    """Start a program in a process of its own."""
    path = tmp_path / "program.py"
    path.write_text(PROLOGUE + program)
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def test_asked_to_stop_a_service_ends_well(tmp_path: Path) -> None:
    program = """
async def main(stopping):
    print("up", flush=True)
    await stopping
    print("tidied", flush=True)
run(main)
"""
    with started(tmp_path, program) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert "tidied" in process.communicate(timeout=60)[0]
    assert process.returncode == 0


def test_service_that_does_not_stop_is_cancelled(tmp_path: Path) -> None:
    program = """
async def main(stopping):
    print("up", flush=True)
    await asyncio.Event().wait()
run(main, grace_seconds=0.1)
"""
    with started(tmp_path, program) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == EXIT_NOT_STOPPED


def test_waiting_thread_does_not_hold_the_end(tmp_path: Path) -> None:
    program = """
import threading
import surveyor_kit.lifecycle as lifecycle
lifecycle.MARGIN_SECONDS = 0.1
async def main(stopping):
    threading.Thread(target=threading.Event().wait).start()
run(main, grace_seconds=0.1)
"""
    with started(tmp_path, program) as process:
        process.communicate(timeout=60)
    assert process.returncode == EXIT_NOT_STOPPED


@pytest.mark.parametrize(
    ("error", "code"), [("MissingTopics(['machines'])", EXIT_UNAVAILABLE), ("ZeroDivisionError()", EXIT_BUG)]
)
def test_exit_code_tells_a_missing_part_from_a_bug(tmp_path: Path, error: str, code: int) -> None:
    program = f"""
async def main(stopping):
    raise {error}
run(main)
"""
    with started(tmp_path, program) as process:
        output = process.communicate(timeout=60)[0]
    assert process.returncode == code
    assert error.split("(")[0] in output


def test_ended_process_runs_nothing_more(tmp_path: Path) -> None:
    program = """
try:
    end_process(ValueError("broken"))
finally:
    print("cleaned up", flush=True)
"""
    with started(tmp_path, program) as process:
        output = process.communicate(timeout=60)[0]
    assert process.returncode == EXIT_BUG
    assert "broken" in output
    assert "cleaned up" not in output


@pytest.mark.parametrize(
    ("crash_at", "passed"), [("insert", 0), ("insert:1", 0), ("insert:3", 2), ("other", 5), ("", 5)]
)
def test_crash_point_kills_at_the_named_time(tmp_path: Path, crash_at: str, passed: int) -> None:
    program = """
for _ in range(5):
    crash_point("insert")
    print("passed", flush=True)
"""
    with started(tmp_path, program, SURVEYOR_CRASH_AT=crash_at) as process:
        output = process.communicate(timeout=60)[0]
    assert output.count("passed") == passed
    assert process.returncode == (0 if passed == 5 else -signal.SIGKILL)


def test_crash_point_stops_and_goes_on_where_it_is_asked_to(tmp_path: Path) -> None:
    program = """
crash_point("insert")
print("passed", flush=True)
"""
    environment = {"SURVEYOR_CRASH_AT": "insert", "SURVEYOR_CRASH_BY": "SIGSTOP"}
    with started(tmp_path, program, **environment) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        assert process.communicate(timeout=60)[0] == "passed\n"
    assert process.returncode == 0


async def test_sleep_ends_early_when_stopping() -> None:
    stopping = Stopping()
    assert await stopping.sleep(0.001) is False
    asyncio.get_running_loop().call_soon(stopping.set)
    assert await stopping.sleep(3600) is True
