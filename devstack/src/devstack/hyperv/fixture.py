"""Start simulated hosts as a process of their own, for tests and the demo."""

import json
import os
import secrets
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devstack.certificate import Certificate, kept_certificate
from devstack.hyperv.control import ControlClient
from devstack.hyperv.host import DEFAULT_BUILD
from devstack.supervise.configuration import write_specification
from devstack.supervise.leash import SUPERVISOR_PID_VARIABLE
from devstack.supervise.process import Process

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class HostDidNotStart(RuntimeError):
    """The simulator ended, or said nothing in time."""


@dataclass
class RunningHost:
    """A simulated host that listens.

    Where it speaks TLS, `certificate` is the file to trust, and `client_certificate` is a login.
    """

    url: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    name: str
    control: ControlClient
    control_url: str
    certificate: Path | None
    client_certificate: Certificate | None
    process: "subprocess.Popen[str]"

    def stop(self) -> None:
        """End the process, and with it every host that it runs; stopping twice is no fault."""
        self.control.close()
        if self.process.poll() is None:
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
    return _start(tmp_dir, {"vms": vms, "seed": seed, "build": build, "name": name}, tls=tls)[0]


def start_hosts(
    tmp_dir: Path, count: int, *, vms: int = 2, seed: int = 1, cluster: str | None = None
) -> list[RunningHost]:
    """Start several hosts in one process, as nodes of a failover cluster if one is named; stop each.

    Raises:
        HostDidNotStart: they did not within a minute.
    """
    options: dict[str, object] = {"vms": vms, "seed": seed, "hosts": count, "name": "HV"}
    return _start(tmp_dir, {**options, "cluster": cluster} if cluster else options)


def _start(tmp_dir: Path, options: dict[str, object], *, tls: bool = False) -> list[RunningHost]:
    username, password = "surveyor", secrets.token_urlsafe(12)
    password_file = tmp_dir / "hyperv-password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    options = {**options, "user": username, "password-file": password_file}
    certificate = client_certificate = None
    if tls:
        certificate = kept_certificate(tmp_dir / "hyperv-tls")
        client_certificate = kept_certificate(tmp_dir / "hyperv-client")
        options |= {"tls-cert": certificate.path, "tls-key": certificate.key_path}
        options |= {"tls-client-cert": client_certificate.path}
    process = _leashed(tmp_dir, [f"--{option}={value}" for option, value in options.items()])
    ready = _await_ready(process)
    return [
        RunningHost(
            url=one["url"],
            host=ready["host"],
            port=int(one["port"]),
            username=username,
            password=password,
            name=one["name"],
            control=ControlClient(one["control_url"]),
            control_url=one["control_url"],
            certificate=certificate.path if certificate else None,
            client_certificate=client_certificate,
            process=process,
        )
        for one in ready["hosts"]
    ]


def _leashed(tmp_dir: Path, arguments: list[str]) -> "subprocess.Popen[str]":
    """Start the simulator so that it ends with us, however we end."""
    command = [sys.executable, "-m", "devstack.hyperv", *arguments]
    specification = write_specification(Process("hyperv", command, ready=lambda: True), tmp_dir)
    return subprocess.Popen(
        [sys.executable, "-m", "devstack.supervise.leash", str(specification)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, SUPERVISOR_PID_VARIABLE: str(os.getpid())},
    )


def _await_ready(process: "subprocess.Popen[str]") -> dict[str, Any]:
    if process.stdout is None:
        raise HostDidNotStart("no output to read")
    readable, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
    line = process.stdout.readline() if readable else ""
    if not line:
        process.kill()
        process.wait()
        process.stdout.close()
        raise HostDidNotStart(f"the simulated host ended with {process.returncode}")
    ready: dict[str, Any] = json.loads(line)
    return ready
