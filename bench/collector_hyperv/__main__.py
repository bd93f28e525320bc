"""`python -m bench.collector_hyperv`: measure and report.

Two measurements of the same simulated hosts. The whole process, with inventory, rates, spool and broker, at
its usual pace: how much of one core it takes. And one reading of all hosts' counters as fast as it goes, by
Surveyor's client and by pypsrp's, the same queries by the same number of threads.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from bench.collector_hyperv.installation import installation
from bench.collector_hyperv.process import PUBLISH_SECONDS, run_process
from bench.collector_hyperv.reading import THREADS, run_reading
from bench.kafka_topics import create_topics
from bench.report import write_report

LIBRARIES = ("pywinrm", "pypsrp", "lxml", "aiokafka")


def main() -> None:
    """Run once; `BENCH_HOSTS` (300), `BENCH_VMS` (20, on each) and `BENCH_MINUTES` (2) change it."""
    hosts = int(os.environ.get("BENCH_HOSTS", "300"))
    machines = int(os.environ.get("BENCH_VMS", "20"))
    minutes = int(os.environ.get("BENCH_MINUTES", "2"))
    with (
        tempfile.TemporaryDirectory(prefix="surveyor-bench-") as directory,
        installation(Path(directory), hosts, machines) as parts,
    ):
        asyncio.run(create_topics(parts.kafka))
        ours, peer = run_reading(parts, "surveyor"), run_reading(parts, "pypsrp")
        whole = run_process(parts, minutes)
    write_report(
        "collector-hyperv",
        {**ours, **whole},
        compared_by="instances_per_cpu_second",
        peers={"pypsrp": peer},
        sizes={
            "hosts": hosts,
            "machines": hosts * machines,
            "threads_of_readings": THREADS,
            "minutes_of_process": minutes,
            "publish_interval_seconds": PUBLISH_SECONDS,
            "processors": os.cpu_count(),
        },
        libraries=LIBRARIES,
    )


if __name__ == "__main__":
    main()
