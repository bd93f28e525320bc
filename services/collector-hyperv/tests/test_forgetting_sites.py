"""A site that is no longer listed leaves its machines until somebody says that they are gone."""

import asyncio
from pathlib import Path

import pytest

from devstack.fixtures.collector import Published, published, running
from devstack.hyperv.fixture import RunningHost
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import MachineId
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved

from .running_collector import a_collector, source_for

pytestmark = pytest.mark.parts

MACHINES = 8


def present(read: Published) -> set[MachineId]:
    """Return the machines that are there by the last word about each."""
    seen = {event.machine_id for event in read.of(HypervMachineObserved)}
    return seen - {event.machine_id for event in read.of(MachineRemoved)}


async def test_the_machines_of_a_forgotten_site_are_removed_and_no_others(
    shared_host: RunningHost, broker: KafkaSettings, tmp_path: Path
) -> None:
    gone, kept = (source_for(shared_host, name, site=f"{name}-site") for name in ("gone", "kept"))
    both = a_collector(tmp_path, broker, [gone, kept])
    async with published(broker, "gone") as seen, published(broker, "kept") as other:
        async with running(both):
            await seen.until(lambda read: len(present(read)) == MACHINES, "all machines of one site")
            await other.until(lambda read: len(present(read)) == MACHINES, "all machines of the other")
        refused = await asyncio.to_thread(both.run_beside, "--forget-site", "gone-site")
        assert refused.returncode == 1
        assert "take them out first" in refused.stderr
        without = a_collector(tmp_path, broker, [kept])
        ended = await asyncio.to_thread(without.run_beside, "--forget-site", "gone-site")
        assert ended.stdout == f"{MACHINES} machines of gone-site are reported removed\n"
        again = await asyncio.to_thread(without.run_beside, "--forget-site", "gone-site")
        assert again.stdout.startswith("0 machines")
        await seen.to_the_end()
        await other.to_the_end()
    assert present(seen) == set()
    assert len(present(other)) == MACHINES
