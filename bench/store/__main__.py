"""`python -m bench.store`: measure and report.

A load of BENCH_HOURS (24) of BENCH_MACHINES (700), made from BENCH_SEED, goes through the normalizer; every
sample is counted and some are compared. Then the rows of LAYOUT_MACHINES are laid out in other ways too. A
day of fewer machines stands for one of 35,000: days are partitions, and their rows are ordered by machine.
BENCH_MACHINES=35000 is the whole of it; it takes half an hour and more.
"""

import asyncio
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.load.check import check
from bench.load.publishing import publish
from bench.load.record import SentLoad
from bench.report import Figures, write_report
from bench.store.layouts import CHOSEN, layouts, measure
from bench.store.long_load import TENTHS, LongLoad, run_long_load
from bench.store.parts import Parts, running_parts
from bench.store.sizes import stored_sizes

from devstack.ledger import LoadPlan, Totals
from devstack.ledger.load import MACHINES_PER_EVENT
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.migrations import migrate

LAYOUT_MACHINES = 200
LIBRARIES = ("chdb", "clickhouse-connect", "numpy")


async def main() -> None:
    """Run the benchmark once."""
    hours = float(os.environ.get("BENCH_HOURS", "24"))
    plan = LoadPlan(
        seed=int(os.environ.get("BENCH_SEED", "1")),
        machines=int(os.environ.get("BENCH_MACHINES", "700")),
        minutes=round(hours * 60),
        start_at=datetime.now(UTC) - timedelta(hours=hours),
    )
    with tempfile.TemporaryDirectory(prefix="surveyor-bench-") as directory:
        async with running_parts(Path(directory)) as parts, ClickHouse(parts.clickhouse) as store:
            await migrate(store)
            totals = Totals()
            await publish(plan, parts.kafka, totals)
            samples = totals.samples.total()
            load = await run_long_load(parts, totals.events, samples)
            if faults := await check(SentLoad.of(plan, totals), store, seed=plan.seed):
                raise RuntimeError("; ".join(faults))
            sizes = await stored_sizes(store, plan, samples)
            measured = await measure_layouts(parts, store, plan)
    write_report(
        "store",
        dict(measured.pop(CHOSEN)) | dict(sizes) | dict(steadiness(load)),
        compared_by="samples_per_byte",
        peers=measured,
        sizes={
            "machines": plan.machines,
            "hours": hours,
            "seed": plan.seed,
            "events": totals.events,
            "samples": samples,
            "layout_machines": min(LAYOUT_MACHINES, plan.machines),
            "processors": os.cpu_count(),
        },
        libraries=LIBRARIES,
    )


def steadiness(load: LongLoad) -> Figures:
    """Return what a sample cost at the beginning and at the end."""
    first, last = load.samples_per_cpu_second(0), load.samples_per_cpu_second(TENTHS - 1)
    return {
        "samples_per_cpu_second_first_tenth": first,
        "samples_per_cpu_second_last_tenth": last,
        "last_tenth_to_first": last / first,
        "load_seconds": load.marks[-1].seconds - load.marks[0].seconds,
        "resident_mib": load.resident_mib,
    }


async def measure_layouts(parts: Parts, store: ClickHouse, plan: LoadPlan) -> dict[str, Figures]:
    """Measure each layout with the rows of some machines, as the normalizer stored them."""
    groups = range(min(plan.group_count, LAYOUT_MACHINES // MACHINES_PER_EVENT))
    machines = [str(each) for group in groups for each in plan.machine_ids(group)]
    await store.command(
        "CREATE TABLE incoming ENGINE = MergeTree ORDER BY tuple() AS"
        " SELECT metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash,"
        " interval_seconds, sampled_at, if(denominator = 0, exact_values,"
        " arrayMap(unit -> toFloat64(unit) * numerator / denominator, units)) AS values, method, generated,"
        " source_id FROM performance_samples WHERE machine_id IN {machines:Array(UUID)}",
        {"machines": machines},
    )
    (row,) = await store.query_rows("SELECT sum(length(values)) AS samples FROM incoming")
    return {name: await measure(parts, store, layout, row["samples"]) for name, layout in layouts().items()}


if __name__ == "__main__":
    asyncio.run(main())
