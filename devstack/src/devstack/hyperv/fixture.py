"""Start a simulated host as a process of its own, for tests and the demo."""

import json
import secrets
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from devstack.hyperv.certificate import write_self_signed
from devstack.hyperv.control import ControlClient
from devstack.hyperv.host import DEFAULT_BUILD

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class HostDidNotStart(RuntimeError):
    """The simulator ended, or said nothing in time."""


@dataclass
class RunningHost:
    """A simulated host that listens; `certificate` is the file to trust where it speaks TLS."""

    url: str
    host: str
    port: int
    username: str
    password: str
    control: ControlClient
    control_url: str
    certificate: Path | None
    process: "subprocess.Popen[str]"

    def stop(self) -> None:
        """End the process; leaves nothing behind."""
        self.control.close()
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_host(
    tmp_dir: Path,
    *,
    vms: int = 6,
    seed: int = 1,
    tls: bool = False,
    build: int = DEFAULT_BUILD,
    name: str = "HYPERV01",
) -> RunningHost:
    """Start a host and wait until it listens.

    Raises:
        HostDidNotStart: it did not within a minute.
    """
    username, password = "surveyor", secrets.token_urlsafe(12)
    password_file = tmp_dir / "hyperv-password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    command = [
        sys.executable,
        "-m",
        "devstack.hyperv",
        "--user",
        username,
        "--password-file",
        str(password_file),
    ]
    command += ["--vms", str(vms), "--seed", str(seed), "--build", str(build), "--name", name]
    certificate = None
    if tls:
        certificate, key = write_self_signed(tmp_dir, "127.0.0.1")
        command += ["--tls-cert", str(certificate), "--tls-key", str(key)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ready = _await_ready(process)
    return RunningHost(
        url=ready["url"],
        host=ready["host"],
        port=int(ready["port"]),
        username=username,
        password=password,
        control=ControlClient(ready["control_url"]),
        control_url=ready["control_url"],
        certificate=certificate,
        process=process,
    )


def _await_ready(process: "subprocess.Popen[str]") -> dict[str, str]:
    if process.stdout is None:
        raise HostDidNotStart("no output to read")
    readable, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    line = process.stdout.readline() if readable else ""
    if not line:
        process.kill()
        process.wait()
        process.stdout.close()
        raise HostDidNotStart(f"the simulated host ended with {process.returncode}")
    ready: dict[str, str] = json.loads(line)
    return ready
