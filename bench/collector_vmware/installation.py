"""A simulated vCenter and a broker, on a core that the contestants do not use."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.processes import PARTS_CORE, pin_listener

from devstack.fixtures.broker import running_kafka
from devstack.supervise import Stack
from devstack.vcenter import VCenter
from surveyor_kit.settings import KafkaSettings

INTERVAL_SECONDS = 20
"""Of a vCenter's real-time samples, and of both contestants."""


@dataclass(frozen=True)
class Installation:
    """What both contestants are given."""

    directory: Path
    vcenter: VCenter
    kafka: KafkaSettings
    cycles: int
    """How many intervals are measured."""


@contextlib.contextmanager
def installation(directory: Path, machines: int, cycles: int) -> Iterator[Installation]:
    """Start both parts; ten thousand machines take the simulator some minutes."""
    vcenter = VCenter.on_free_port(directory / "vcenter", machines)
    process = vcenter.process()
    # Telegraf asks for more at once than a vCenter of default settings allows; here it may.
    process = replace(process, command=[*process.command, "-max-query-metrics=0"])
    with running_kafka(directory) as broker, Stack([process], directory / "logs"):
        pin_listener(vcenter.port, PARTS_CORE)
        pin_listener(int(broker.bootstrap_servers.rpartition(":")[2]), PARTS_CORE)
        yield Installation(
            directory, vcenter, KafkaSettings(bootstrap_servers=broker.bootstrap_servers), cycles
        )
