"""Runs inside a measured process: takes work from stdin, reads all hosts by threads, says what it took."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.collector_hyperv.reading import Host

Read = Callable[[], int]
"""Reads one host's counters over its open connection, and returns how many instances there were."""


def measure(connect: Callable[[Host, Sequence[tuple[str, str]]], Read]) -> None:
    """Connect to every host, read all of them once, then measure."""
    work: dict[str, Any] = json.load(sys.stdin)
    queries = [(namespace, wql) for namespace, wql in work["queries"]]
    with ThreadPoolExecutor(work["threads"]) as threads:
        reads = [connect(Host(**host), queries) for host in work["hosts"]]
        list(threads.map(lambda read: read(), reads))
        began_at, cpu_began = time.monotonic(), time.process_time()
        instances = sum(sum(threads.map(lambda read: read(), reads)) for _ in range(work["cycles"]))
        used = {
            "seconds": time.monotonic() - began_at,
            "cpu_seconds": time.process_time() - cpu_began,
            "instances": instances,
        }
    sys.stdout.write(json.dumps(used))
