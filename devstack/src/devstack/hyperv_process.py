"""Describes the simulated Hyper-V host as a supervised process."""

import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from devstack.ports import free_port, is_listening
from devstack.supervise import Process

DEFAULT_MACHINES = 6


@dataclass(frozen=True)
class HyperVHost:
    """A simulated host: where it listens, who may ask, how many machines it runs."""

    directory: Path
    port: int
    control_port: int
    machines: int = DEFAULT_MACHINES
    seed: int = 1
    name: str = "HYPERV01"
    username: str = "surveyor"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    @classmethod
    def on_free_ports(
        cls, directory: Path, machines: int = DEFAULT_MACHINES, seed: int = 1, name: str = "HYPERV01"
    ) -> "HyperVHost":
        return cls(directory, free_port(), free_port(), machines, seed, name)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/wsman"

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.control_port}"

    def process(self, name: str = "hyperv", stage: int = 0) -> Process:
        options = {
            "port": self.port,
            "control-port": self.control_port,
            "user": self.username,
            "password-file": self._password_file(),
            "name": self.name,
            "vms": self.machines,
            "seed": self.seed,
        }
        arguments = [f"--{option}={value}" for option, value in options.items()]
        return Process(
            name,
            [sys.executable, "-m", "devstack.hyperv", *arguments],
            ready=lambda: is_listening(self.port) and is_listening(self.control_port),
            stage=stage,
        )

    def _password_file(self) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "password"
        path.touch(mode=0o600)
        path.write_text(self.password)
        return path
