"""Describes a simulated vCenter as a process."""

import secrets
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from devstack.certificate import Certificate, kept_certificate
from devstack.ports import free_port
from devstack.supervise import Process
from devstack.vcenter.build import simulator_binary

DEFAULT_MACHINES = 40


@dataclass(frozen=True)
class VCenter:
    """A simulated vCenter: where it listens, who may log in, and which fleet it shows.

    Attributes:
        machines: Virtual machines, `templates` included.
        seed: The same seed and numbers give the same fleet and the same vCenter instance UUID.
        esx: Be a lone ESXi host instead: no vCenter, no templates.
    """

    directory: Path
    port: int
    machines: int = DEFAULT_MACHINES
    templates: int = 1
    seed: int = 1
    esx: bool = False
    username: str = "administrator@vsphere.local"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    @classmethod
    def on_free_port(
        cls,
        directory: Path,
        machines: int = DEFAULT_MACHINES,
        seed: int = 1,
        templates: int = 1,
        *,
        esx: bool = False,
    ) -> "VCenter":
        return cls(directory, free_port(), machines, templates, seed, esx)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Certificate:
        """Kept in the directory: the same over restarts."""
        return kept_certificate(self.directory)

    def process(self, name: str = "vcenter", stage: int = 0) -> Process:
        """Build the simulator if need be and describe its process.

        Raises:
            InstallationError: there is no Go, or the build failed.
        """
        certificate = self.certificate
        temporary = self.directory / "tmp"  # the datastores' directories
        temporary.mkdir(parents=True, exist_ok=True)
        options = {
            "listen": f"127.0.0.1:{self.port}",
            "certificate": certificate.path,
            "key": certificate.key_path,
            "username": self.username,
            "machines": self.machines,
            "templates": self.templates,
            "seed": self.seed,
            "esx": str(self.esx).lower(),
        }
        arguments = [f"-{name}={value}" for name, value in options.items()]
        return Process(
            name,
            [str(simulator_binary()), *arguments],
            ready=lambda: answers(self.url, certificate.path),
            environment={"VCENTER_SIM_PASSWORD": self.password, "TMPDIR": str(temporary)},
            stage=stage,
            start_timeout_seconds=60 + 0.2 * self.machines,
        )


def answers(url: str, ca_file: Path) -> bool:
    """Say whether a vCenter answers at `url` with a certificate that `ca_file` vouches for."""
    trusted = ssl.create_default_context(cafile=str(ca_file))
    try:
        answer = httpx.get(f"{url}/sdk/vimServiceVersions.xml", verify=trusted, timeout=5, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200
