"""The collector as a process, and how it is told of a simulated vCenter."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devstack.fixtures.collector import collector_process
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.vcenter import RunningVCenter
from surveyor_kit.settings import KafkaSettings


def source_for(vcenter: RunningVCenter, source_id: str, folder: Path, **changes: Any) -> dict[str, Any]:
    """Return a source's entry; its password stands in a file."""
    password = folder / f"{source_id}-password"
    password.write_text(f"{vcenter.password}\n")
    address = urlsplit(vcenter.url)
    source = {
        "source_id": source_id,
        "host": address.hostname,
        "port": address.port,
        "username": vcenter.username,
        "password_file": password.name,
        "tls": {"ca_file": str(vcenter.ca_file)},
    }
    return {**source, **changes}


def a_collector(
    directory: Path, kafka: KafkaSettings, sources: list[dict[str, Any]], **settings: Any
) -> ServiceProcess:
    """Return a collector of the sources, not yet started, which polls often."""
    often = {"poll_interval_seconds": 5, **settings}
    return collector_process("collector_vmware", directory, kafka, sources, **often)
