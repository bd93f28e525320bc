"""The local real parts by name: how to install each, start it, and reach it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from devstack import hyperv_process, vcenter
from devstack.clickhouse_front import ClickHouse
from devstack.helm import helm_binary
from devstack.hyperv_process import HyperVHost
from devstack.kafka import Broker, find_java, kafka_jars
from devstack.supervise import Process
from devstack.vcenter import VCenter, simulator_binary


def _number(variable: str, otherwise: int) -> Callable[[], int]:
    return lambda: int(os.environ.get(variable, otherwise))


@dataclass(frozen=True)
class Estate:
    """What the simulated sources show; `DEMO_VMS`, `DEMO_HYPERV_VMS` and `DEMO_SEED` unless given."""

    vms: int = field(default_factory=_number("DEMO_VMS", vcenter.DEFAULT_MACHINES))
    hyperv_vms: int = field(default_factory=_number("DEMO_HYPERV_VMS", hyperv_process.DEFAULT_MACHINES))
    seed: int = field(default_factory=_number("DEMO_SEED", 1))


@dataclass(frozen=True)
class LocalPart:
    """A part that is ready to be started.

    Attributes:
        endpoint: All that a client needs, credentials included.
    """

    process: Process
    endpoint: dict[str, str]


def local_part(name: str, directory: Path, estate: Estate) -> LocalPart:
    """Install the part if need be and describe it; its data stays in `directory`.

    Raises:
        InstallationError: it could not be downloaded or built.
    """
    return _PARTS[name](directory / name, estate)


def prepare(name: str) -> None:
    """Download or build what a part needs, so that a later start needs no network.

    Raises:
        InstallationError: it could not be downloaded or built.
    """
    if name == "kafka":
        find_java()
        kafka_jars()
    elif name == "vcenter":
        simulator_binary()
    elif name == "helm":
        helm_binary()


def _kafka(directory: Path, _estate: Estate) -> LocalPart:
    broker = Broker.on_free_ports(directory)
    return LocalPart(broker.process(), {"bootstrap_servers": broker.bootstrap_servers})


def _clickhouse(directory: Path, _estate: Estate) -> LocalPart:
    store = ClickHouse.on_free_port(directory)
    endpoint = {"url": store.url, "username": store.username, "password": store.password}
    return LocalPart(store.process(), endpoint)


def _vcenter(directory: Path, estate: Estate) -> LocalPart:
    simulated = VCenter.on_free_port(directory, estate.vms, estate.seed)
    endpoint = {
        "url": simulated.url,
        "username": simulated.username,
        "password": simulated.password,
        "ca_file": str(simulated.certificate.path),
        "thumbprint": simulated.certificate.sha256_thumbprint,
    }
    return LocalPart(simulated.process(), endpoint)


def _hyperv(directory: Path, estate: Estate) -> LocalPart:
    simulated = HyperVHost.on_free_ports(directory, estate.hyperv_vms, estate.seed)
    endpoint = {
        "url": simulated.url,
        "username": simulated.username,
        "password": simulated.password,
        "control_url": simulated.control_url,
    }
    return LocalPart(simulated.process(), endpoint)


_PARTS: dict[str, Callable[[Path, Estate], LocalPart]] = {
    "kafka": _kafka,
    "clickhouse": _clickhouse,
    "vcenter": _vcenter,
    "hyperv": _hyperv,
}
PART_NAMES = tuple(_PARTS)
PREPARED_NAMES = (*PART_NAMES, "helm")
"""What can be prepared: the parts, and Helm, which the tests of the chart run."""
