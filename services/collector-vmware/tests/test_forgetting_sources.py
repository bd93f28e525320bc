"""A source that is no longer listed leaves its machines until somebody says that they are gone."""

import asyncio
from pathlib import Path

import pytest

from devstack.fixtures.collector import published, running
from devstack.fixtures.vcenter import RunningVCenter
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved

from .published_values import latest
from .running_collector import a_collector, source_for

pytestmark = pytest.mark.parts


async def test_the_machines_of_a_forgotten_source_are_removed_and_no_others(
    vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    forgotten, kept = (source_for(vcenter, name, tmp_path) for name in ("forgotten", "kept"))
    collector = a_collector(tmp_path, broker, [forgotten])
    async with published(broker, "forgotten") as seen, published(broker, "kept") as other:
        async with running(collector):
            await seen.until(lambda s: len(latest(s)) == vcenter.machines, "all machines")
        refused = await asyncio.to_thread(collector.run_beside, "--forget-source", "forgotten")
        assert refused.returncode == 1
        assert "take it out first" in refused.stderr
        without = a_collector(tmp_path, broker, [kept])
        ended = await asyncio.to_thread(without.run_beside, "--forget-source", "forgotten")
        assert ended.stdout == f"{vcenter.machines} machines of forgotten are reported removed\n"
        again = await asyncio.to_thread(without.run_beside, "--forget-source", "forgotten")
        assert again.stdout.startswith("0 machines")
        await seen.to_the_end()
        await other.to_the_end()
    assert all(isinstance(machine, MachineRemoved) for machine in latest(seen).values())
    assert latest(other) == {}
