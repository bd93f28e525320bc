"""`python -m bench.normalizer.backlog`: the most memory that the normalizer takes while hours wait for it.

`BENCH_MACHINES` (35,000), `BENCH_HOURS` (2) and `BENCH_SEED` change it; it gives up after
`BENCH_TIMEOUT_SECONDS` (3,600).
"""

import asyncio
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.load.publishing import publish
from bench.normalizer.installation import Installation, installation
from bench.normalizer.surveyor import environment, peak_resident_mib, until_committed
from bench.report import Figures, write_report

from devstack.fixtures.service import ServiceProcess
from devstack.ledger import LoadPlan
from devstack.ledger.load import Totals

LIBRARIES = ("faust-streaming", "aiokafka", "msgspec", "pyarrow", "chdb")


async def main() -> None:
    """Fill the topic, then let one worker read it to its end."""
    hours = float(os.environ.get("BENCH_HOURS", "2"))
    plan = LoadPlan(
        seed=int(os.environ.get("BENCH_SEED", "1")),
        machines=int(os.environ.get("BENCH_MACHINES", "35000")),
        minutes=round(hours * 60),
        start_at=datetime.now(UTC) - timedelta(hours=hours),
    )
    with tempfile.TemporaryDirectory(prefix="surveyor-bench-") as directory:
        async with installation(Path(directory), 0, plan.seed) as parts:
            totals = Totals()
            await publish(plan, parts.kafka, totals)
            parts.events, parts.samples = totals.events, totals.samples.total()
            sizes = {"machines": plan.machines, "hours": hours, "seed": plan.seed}
            write_report(
                "normalizer-backlog",
                await _work_off(parts),
                compared_by="resident_mib",
                sizes={**sizes, "events": parts.events, "samples": parts.samples, "bytes": totals.bytes},
                libraries=LIBRARIES,
            )


async def _work_off(parts: Installation) -> Figures:
    timeout_seconds = float(os.environ.get("BENCH_TIMEOUT_SECONDS", "3600"))
    async with parts.database() as store:
        settings = environment(parts, store, "backlog")
        # Nothing was discovered here: waiting for the size of machines would take all the time.
        settings["SURVEYOR_NORMALIZER__MACHINE_WAIT_SECONDS"] = "0"
        log = parts.directory / "normalizer.log"
        with ServiceProcess("normalizer", "NORMALIZER", settings, log) as process:
            process.start()
            at_start, began_at = peak_resident_mib(process.pid), time.monotonic()
            await until_committed(parts, "backlog", process, timeout_seconds)
            return {
                "resident_mib": peak_resident_mib(process.pid),
                "resident_mib_at_start": at_start,
                "seconds": time.monotonic() - began_at,
            }


if __name__ == "__main__":
    asyncio.run(main())
