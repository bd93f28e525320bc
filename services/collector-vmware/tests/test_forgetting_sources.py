"""A source that is no longer listed leaves its machines until somebody says that they are gone."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.fixtures.vcenter import RunningVCenter
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved

from .published_values import latest
from .running_collector import RunningCollector, published, running, source_for

pytestmark = pytest.mark.parts


def forget(collector: RunningCollector, source_id: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "collector_vmware", "--forget-source", source_id]
    return subprocess.run(
        command, env=collector.environment, capture_output=True, text=True, timeout=120, check=False
    )


async def test_the_machines_of_a_forgotten_source_are_removed_and_no_others(
    vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    forgotten, kept = (source_for(vcenter, name, tmp_path) for name in ("forgotten", "kept"))
    collector = RunningCollector.prepare(tmp_path, broker, [forgotten])
    async with published(broker, "forgotten") as seen, published(broker, "kept") as other:
        async with running(collector):
            await seen.until(lambda s: len(latest(s)) == vcenter.machines, "all machines")
        refused = await asyncio.to_thread(forget, collector, "forgotten")
        assert refused.returncode == 1
        assert "take it out first" in refused.stderr
        without = RunningCollector.prepare(tmp_path, broker, [kept])
        ended = await asyncio.to_thread(forget, without, "forgotten")
        assert ended.stdout == f"{vcenter.machines} machines of forgotten are reported removed\n"
        again = await asyncio.to_thread(forget, without, "forgotten")
        assert again.stdout.startswith("0 machines")
        await seen.to_the_end()
        await other.to_the_end()
    assert all(isinstance(machine, MachineRemoved) for machine in latest(seen).values())
    assert latest(other) == {}
