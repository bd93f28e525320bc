"""Simulated hosts and a broker, on a core that the measured processes do not use."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import MEASURED_CORE, PARTS_CORE, pin_listener

from devstack.fixtures.broker import running_kafka
from devstack.hyperv.fixture import RunningHost, start_hosts
from surveyor_kit.settings import KafkaSettings

__all__ = ["MEASURED_CORE", "Installation", "installation"]


@dataclass(frozen=True)
class Installation:
    """What is measured is given these."""

    directory: Path
    hosts: list[RunningHost]
    kafka: KafkaSettings


@contextlib.contextmanager
def installation(directory: Path, hosts: int, machines: int) -> Iterator[Installation]:
    """Start both parts: all hosts in one process."""
    running = start_hosts(directory, hosts, vms=machines)
    try:
        pin_listener(running[0].port, PARTS_CORE)
        with running_kafka(directory) as broker:
            pin_listener(int(broker.bootstrap_servers.rpartition(":")[2]), PARTS_CORE)
            yield Installation(directory, running, KafkaSettings(bootstrap_servers=broker.bootstrap_servers))
    finally:
        running[0].stop()
