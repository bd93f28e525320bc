"""`python -m bench.normalizer`: measure and report.

All read the same topic into the same tables, in turns, each turn into an empty database. The peers check and
map what they read by Surveyor's own code; the Kafka engine does neither, so it stands among the limits.
"""

import asyncio
import os
import statistics
import tempfile
from pathlib import Path

from bench.normalizer.installation import installation
from bench.normalizer.kafka_engine import run_kafka_engine
from bench.normalizer.latency import run_latency
from bench.normalizer.peers import PEERS, run_peer
from bench.normalizer.surveyor import run_surveyor
from bench.report import Figures, write_report

LIBRARIES = ("faust-streaming", "aiokafka", "msgspec", "pyarrow", "chdb")


async def main() -> None:
    """Run all rounds; `BENCH_EVENTS`, `BENCH_ROUNDS` and `BENCH_SEED` change them."""
    rounds = int(os.environ.get("BENCH_ROUNDS", "3"))
    events = int(os.environ.get("BENCH_EVENTS", "1000"))
    seed = int(os.environ.get("BENCH_SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="surveyor-bench-") as directory:
        async with installation(Path(directory), events, seed) as parts:
            ours: list[Figures] = []
            engine: list[Figures] = []
            peers: dict[str, list[Figures]] = {peer: [] for peer in PEERS}
            for _ in range(rounds):
                ours.append(await run_surveyor(parts))
                for peer, figures in peers.items():
                    figures.append(await run_peer(parts, peer))
                engine.append(await run_kafka_engine(parts))
            latency = await run_latency(parts, seed)
            write_report(
                "normalizer",
                {**medians(ours), **latency},
                compared_by="samples_per_cpu_second_with_store",
                peers={peer: medians(figures) for peer, figures in peers.items()},
                limits={"clickhouse-kafka-engine": medians(engine)},
                sizes={
                    "events": events,
                    "samples": parts.samples,
                    "bytes": parts.bytes_sent,
                    "rounds": rounds,
                    "seed": seed,
                    "processors": os.cpu_count(),
                },
                libraries=LIBRARIES,
            )


def medians(rounds: list[Figures]) -> Figures:
    """Return the median of each figure over the rounds."""
    return {name: statistics.median(figures[name] for figures in rounds) for name in rounds[0]}


if __name__ == "__main__":
    asyncio.run(main())
