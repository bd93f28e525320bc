"""`python -m bench.collector_vmware`: measure and report.

Both ask the same simulated vCenter for the same counters every 20 seconds, one after the other, alone on one
core. Surveyor publishes to a broker, Telegraf writes a file. Telegraf's values include sums over all devices
of a machine, which Surveyor leaves out.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from bench.collector_vmware.fetching import run_fetching
from bench.collector_vmware.installation import installation
from bench.collector_vmware.surveyor import PUBLISH_SECONDS, run_surveyor
from bench.collector_vmware.telegraf import run_telegraf
from bench.kafka_topics import create_topics
from bench.report import Figures, write_report

from devstack.installation import InstallationError
from devstack.progress import console
from devstack.telegraf import TELEGRAF_VERSION, telegraf_binary

LIBRARIES = ("aiokafka", "pyvmomi", "pydantic", "msgspec")
DEFAULT_MACHINES = 1000


def main() -> None:
    """Run once; `BENCH_VMS` (1,000) and `BENCH_CYCLES` (6) change it."""
    machines = int(os.environ.get("BENCH_VMS", DEFAULT_MACHINES))
    cycles = int(os.environ.get("BENCH_CYCLES", "6"))
    has_telegraf = _telegraf_can_be_had()
    with (
        tempfile.TemporaryDirectory(prefix="surveyor-bench-") as directory,
        installation(Path(directory), machines, cycles) as parts,
    ):
        asyncio.run(create_topics(parts.kafka))
        fetching = run_fetching(parts)
        ours = {**run_surveyor(parts), "fetching_seconds": fetching["cycle_seconds"]}
        peers: dict[str, Figures] = {"telegraf": run_telegraf(parts)} if has_telegraf else {}
    ours["own_seconds"] = ours["cycle_seconds"] - ours["fetching_seconds"]
    write_report(
        "collector-vmware" if machines == DEFAULT_MACHINES else f"collector-vmware-{machines}",
        ours,
        compared_by="values_per_cpu_second",
        peers=peers,
        sizes={
            "machines": machines,
            "cycles": cycles,
            "publish_interval_seconds": PUBLISH_SECONDS,
            "telegraf": TELEGRAF_VERSION,
            "processors": os.cpu_count(),
        },
        libraries=LIBRARIES,
    )


def _telegraf_can_be_had() -> bool:
    try:
        telegraf_binary()
    except InstallationError as error:
        console.print(f"Without Telegraf: {error}", markup=False)
        return False
    return True


if __name__ == "__main__":
    main()
