"""Starts processes in order, waits until they serve, and leaves nothing behind."""

import itertools
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from devstack.progress import task
from devstack.supervise.configuration import log_path, socket_path, write_configuration
from devstack.supervise.process import Process

_POLL_SECONDS = 0.05
_WATCH_SECONDS = 1.0
_LOG_LINES_SHOWN = 25
_ENDED = {"EXITED", "FATAL", "UNKNOWN"}
_GIVEN_UP = {"FATAL", "UNKNOWN"}
"""Of a process that is started again: EXITED is then only the moment between two lives."""


class StartError(Exception):
    """A process ended or did not get ready in time; the message ends with its last log lines."""


class Stack:
    """A group of processes under one supervisord; use it as a context manager.

    Whatever ends the process that holds the stack (an exception, Ctrl-C, SIGKILL), supervisord notices and
    stops all of them in order.
    """

    def __init__(self, processes: Sequence[Process], log_directory: Path) -> None:
        self._processes = {process.name: process for process in processes}
        self._log_directory = log_directory
        self._daemon: subprocess.Popen[bytes] | None = None
        self._transport: Any = None
        self._rpc: Any = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start all processes, stage by stage, and wait until each is ready.

        Raises:
            StartError: one of them ended or was not ready in time.
        """
        self._start_daemon()
        by_stage = sorted(self._processes.values(), key=lambda process: process.stage)
        for _, stage in itertools.groupby(by_stage, key=lambda process: process.stage):
            started = list(stage)
            for process in started:
                self._rpc.startProcess(process.name, False)
            for process in started:
                self._wait_until_ready(process)

    def stop(self) -> None:
        """Stop all processes, last stage first; what does not end in its time is killed."""
        daemon, self._daemon = self._daemon, None
        if daemon is None:
            return
        if self._transport is not None:
            self._transport.close()
        cast(Any, daemon.stdin).close()
        try:
            daemon.wait(sum(process.stop_timeout_seconds for process in self._processes.values()) + 10)
        except subprocess.TimeoutExpired:
            daemon.kill()  # the kernel ends its children with it
            daemon.wait()

    def watch(self) -> None:
        """Return never; all processes are expected to run on, or to come back where that is wanted.

        Raises:
            StartError: one of them ended for good, or supervisord did.
        """
        while True:
            for name, process in self._processes.items():
                if self.state(name) in (_GIVEN_UP if process.restart else _ENDED):
                    raise StartError(self._with_log(f"{name} ended", name))
            time.sleep(_WATCH_SECONDS)

    def start_process(self, name: str) -> None:
        """Start one process that is not running and wait until it is ready."""
        self._rpc.startProcess(name, False)
        self._wait_until_ready(self._processes[name])

    def stop_process(self, name: str) -> None:
        """Ask one process to end, and wait until it did."""
        self._rpc.stopProcess(name, True)

    def kill_process(self, name: str) -> None:
        """End one process by SIGKILL, as a crash would, and wait until it is gone; it stays down."""
        pid = self.pid(name)
        self._rpc.signalProcess(name, "KILL")
        self._wait_for(lambda: self.pid(name) != pid, f"{name} survived SIGKILL", 30)

    def pid(self, name: str) -> int:
        """Return the process id, 0 while it does not run."""
        return int(self._rpc.getProcessInfo(name)["pid"])

    def state(self, name: str) -> str:
        """Return supervisor's word for it: RUNNING, STOPPED, EXITED, BACKOFF, FATAL ..."""
        return str(self._rpc.getProcessInfo(name)["statename"])

    def log_tail(self, name: str, lines: int = _LOG_LINES_SHOWN) -> str:
        """Return the last lines that the process printed."""
        path = log_path(self._log_directory, name)
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _start_daemon(self) -> None:
        self._log_directory.mkdir(parents=True, exist_ok=True)
        run_directory = Path(tempfile.mkdtemp(prefix="surveyor-"))
        configuration = write_configuration(self._processes.values(), run_directory, self._log_directory)
        address = socket_path(run_directory)
        output = log_path(self._log_directory, "supervisord-output").open("wb")
        with output:
            self._daemon = subprocess.Popen(
                [sys.executable, "-m", "devstack.supervise.daemon", str(configuration)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
            )
        self._wait_for(
            lambda: is_answered(address), f"supervisord did not start; see {self._log_directory}", 60
        )
        self._transport = SupervisorTransport(None, None, f"unix://{address}")
        self._rpc = cast(Any, ServerProxy("http://127.0.0.1", transport=self._transport)).supervisor

    def _wait_until_ready(self, process: Process) -> None:
        with task(f"Starting {process.name}"):
            self._wait_for(
                lambda: self._is_ready(process),
                f"{process.name} was not ready after {process.start_timeout_seconds:.0f} s",
                process.start_timeout_seconds,
                process.name,
            )

    def _is_ready(self, process: Process) -> bool:
        state = self.state(process.name)
        if state in _ENDED:
            raise StartError(self._with_log(f"{process.name} ended while it started", process.name))
        return state in ("RUNNING", "STARTING") and process.ready()

    def _wait_for(
        self, condition: Callable[[], bool], failure: str, timeout_seconds: float, log_of: str | None = None
    ) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            if time.monotonic() > deadline:
                raise StartError(self._with_log(failure, log_of) if log_of else failure)
            if self._daemon is not None and self._daemon.poll() is not None:
                raise StartError(f"supervisord ended; see {self._log_directory}")
            time.sleep(_POLL_SECONDS)

    def _with_log(self, message: str, name: str) -> str:
        path = log_path(self._log_directory, name)
        return f"{message}. The last lines of {path}:\n{self.log_tail(name)}"


def is_answered(address: Path) -> bool:
    """Whether somebody listens at a socket; supervisord gives it its name a moment before it does."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(address))
        except OSError:
            return False
    return True
