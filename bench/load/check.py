"""`python -m bench.load.check LEDGER`: compare the tables with a load that was sent.

All samples are counted, by metric; those of some groups of machines, chosen by `--seed`, are made again and
compared one by one, roll-ups included. The store is the one that SURVEYOR_CLICKHOUSE__… names. Exit code 1 if
anything is lost, doubled or wrong.
"""

import argparse
import asyncio
import random
import sys
from pathlib import Path

from bench.load.record import SentLoad

from devstack.ledger import Findings, Ledger, check_roll_ups, check_samples
from devstack.ledger.checker import ROLL_UP_TABLES, SAMPLES_STATEMENT, roll_up_statement
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.settings import ClickHouseSettings, load_settings

COUNTS_STATEMENT = """
    SELECT metric, count() AS samples
    FROM (SELECT metric, machine_id, instance, sampled_at FROM samples
          WHERE machine_id IN {machines:Array(UUID)})
    GROUP BY metric
"""
GROUPS_AT_ONCE = 20
GROUPS_COMPARED = 3


async def check(sent: SentLoad, store: ClickHouse, seed: int) -> list[str]:
    """Return what is wrong, in words; nothing if all is well."""
    stored = await _counts(sent, store)
    faults = [
        f"{metric}: {stored.get(metric, 0)} samples are readable, {expected} were sent"
        for metric, expected in sent.samples.items()
        if stored.get(metric, 0) != expected
    ]
    groups = random.Random(seed).sample(
        range(sent.plan.group_count), min(GROUPS_COMPARED, sent.plan.group_count)
    )
    for group in groups:
        faults += [f"group {group}: {finding}" for finding in await _compare(sent, store, group) if finding]
    return faults


async def _counts(sent: SentLoad, store: ClickHouse) -> dict[str, int]:
    """Count in parts, so that the store's memory does not grow with the estate."""
    counted: dict[str, int] = {}
    for first in range(0, sent.plan.group_count, GROUPS_AT_ONCE):
        groups = range(first, min(first + GROUPS_AT_ONCE, sent.plan.group_count))
        machines = [str(each) for group in groups for each in sent.plan.machine_ids(group)]
        for row in await store.query_rows(COUNTS_STATEMENT, {"machines": machines}):
            counted[row["metric"]] = counted.get(row["metric"], 0) + row["samples"]
    return counted


async def _compare(sent: SentLoad, store: ClickHouse, group: int) -> tuple[Findings, Findings]:
    ledger = Ledger(sent.plan.interval_seconds)
    for _ in sent.plan.messages_of_group(group, ledger):
        pass
    machines = {"machines": [str(each) for each in sent.plan.machine_ids(group)]}
    rows = await store.query_rows(_of_machines(SAMPLES_STATEMENT, "samples"), machines)
    slots = [
        row
        for table, metrics in ROLL_UP_TABLES.items()
        for metric in metrics
        for row in await store.query_rows(_of_machines(roll_up_statement(table, metric), table), machines)
    ]
    return check_samples(ledger, rows), check_roll_ups(ledger, slots)


def _of_machines(statement: str, table: str) -> str:
    """Restrict a statement of the checker; its alias `machine_id` is text, the table's column an id."""
    condition = f"WHERE {table}.machine_id IN {{machines:Array(UUID)}}"
    return statement.replace("GROUP BY", f"{condition} GROUP BY", 1)


async def main() -> int:
    """Check and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.load.check", description=__doc__)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sent = SentLoad.from_json(options.ledger.read_text(encoding="utf-8"))
    async with ClickHouse(load_settings(ClickHouseSettings)) as store:
        faults = await check(sent, store, options.seed)
    print("\n".join(faults) or f"all {sum(sent.samples.values()):,} samples are there, once and right")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
