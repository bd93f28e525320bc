"""A demo as a process, started and ended the way a user does it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START_TIMEOUT_SECONDS = 420
STOP_TIMEOUT_SECONDS = 120


class RunningDemo:
    """`make demo` with an estate of its own, in a directory of its own."""

    def __init__(self, directory: Path, *, vms: int, hyperv_vms: int, seed: int, once: bool = False) -> None:
        self.directory = directory
        self.output = directory / "output"
        directory.mkdir(parents=True, exist_ok=True)
        shape = {"DEMO_VMS": vms, "DEMO_HYPERV_VMS": hyperv_vms, "DEMO_SEED": seed}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("SURVEYOR_")},
            **{key: str(value) for key, value in shape.items()},
            "DEMO_DIRECTORY": str(directory),
            "ONCE": "1" if once else "",
        }
        self.started_at = datetime.now(UTC)
        self.printed = directory / "printed.txt"
        with self.printed.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "devstack.demo"],
                env=environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    def wait_for_result(self) -> dict[str, Any]:
        """Wait until the demo has written its result, and return it."""
        self.wait_until((self.output / "result.json").exists, START_TIMEOUT_SECONDS)
        result: dict[str, Any] = json.loads((self.output / "result.json").read_text())
        return result

    def endpoints(self) -> dict[str, dict[str, str]]:
        endpoints: dict[str, dict[str, str]] = json.loads((self.output / "endpoints.json").read_text())
        return endpoints

    def wait_until(self, condition: Callable[[], bool], timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            assert self.process.poll() is None, f"the demo ended:\n{self.said()}"
            assert time.monotonic() < deadline, f"not in {timeout_seconds} s:\n{self.said()}"
            time.sleep(0.2)

    def said(self) -> str:
        return self.printed.read_text(errors="replace")[-6000:]

    def interrupt(self) -> int:
        """Press Ctrl-C and wait for the end."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_TIMEOUT_SECONDS)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
