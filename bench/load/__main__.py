"""`python -m bench.load`: publish the samples of a made-up estate as fast as the broker takes them.

The same seed, machines, hours and start give the same messages. `--ledger` keeps what was sent, for
`python -m bench.load.check`.
"""

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.load.publishing import publish
from bench.load.record import SentLoad

from devstack.ledger import LoadPlan, Totals
from surveyor_kit.settings import KafkaSettings


async def main(options: argparse.Namespace) -> None:
    """Publish the load and print how much it was."""
    plan = LoadPlan(
        seed=options.seed,
        machines=options.machines,
        minutes=round(options.hours * 60),
        start_at=options.start_at or datetime.now(UTC) - timedelta(hours=options.hours),
        interval_seconds=options.interval_seconds,
        only=options.only,
    )
    totals, began_at = Totals(), time.monotonic()
    await publish(plan, KafkaSettings(bootstrap_servers=options.bootstrap_servers), totals)
    seconds, samples = time.monotonic() - began_at, totals.samples.total()
    print(
        f"{totals.events:,} messages, {totals.bytes / 1e6:,.0f} MB, {samples:,} samples"
        f" in {seconds:,.1f} s: {samples / seconds:,.0f} samples/s"
    )
    if options.ledger:
        options.ledger.write_text(SentLoad.of(plan, totals).to_json(), encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--bootstrap-servers", required=True)
    parser.add_argument("--machines", type=int, default=35_000)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval-seconds", type=int, default=20)
    parser.add_argument("--only", choices=("vmware", "hyperv"))
    parser.add_argument("--start-at", type=datetime.fromisoformat, help="default: so many hours ago")
    parser.add_argument("--ledger", type=Path, help="a file for what was sent")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(parse()))
