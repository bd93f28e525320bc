"""Other stream processors, doing the same work on the same messages into the same tables."""

import asyncio
import json
import os
import secrets
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from bench.normalizer.environments import environment
from bench.normalizer.installation import Installation
from bench.report import Figures

from surveyor_kit.clickhouse import ClickHouse

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 600.0
PEERS = {
    "quix-streams": ("quix_process", ("quixstreams==3.28.1",)),
    "bytewax": ("bytewax_process", ("bytewax==0.21.1", "confluent-kafka==2.12.2")),
}


async def run_peer(parts: Installation, peer: str) -> Figures:
    """Measure one round, into an empty database."""
    module, requirements = PEERS[peer]
    python = await asyncio.to_thread(environment, *requirements, with_ours=True)
    async with parts.database() as store:
        store_began = parts.store_cpu_seconds()
        done = await asyncio.to_thread(
            subprocess.run,
            [str(python), "-m", f"bench.normalizer.{module}"],
            cwd=ROOT,
            env={**os.environ, "BENCH_WORK": json.dumps(_work(parts, store))},
            text=True,
            stdout=subprocess.PIPE,
            check=True,
            timeout=TIMEOUT_SECONDS,
        )
        stores = parts.store_cpu_seconds() - store_began
    used = json.loads(done.stdout.splitlines()[-1])
    return {
        "samples_per_cpu_second_with_store": parts.samples / (used["cpu_seconds"] + stores),
        "samples_per_cpu_second_python": parts.samples / used["cpu_seconds"],
        "samples_per_second": parts.samples / used["seconds"],
        "python_cpu_seconds": used["cpu_seconds"],
        "store_cpu_seconds": stores,
        "seconds": used["seconds"],
    }


def _work(parts: Installation, store: ClickHouse) -> dict[str, object]:
    address = urlsplit(store.settings.url)
    return {
        "bootstrap_servers": parts.kafka.bootstrap_servers,
        "group": f"peer-{secrets.token_hex(4)}",
        "samples": parts.samples,
        "store": {
            "host": address.hostname,
            "port": address.port,
            "username": store.settings.username,
            "password": store.settings.password.get_secret_value(),
            "database": store.database,
        },
    }
