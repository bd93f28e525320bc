"""Runs inside the environment of the older chDB: reads its work from stdin, writes what it took to stdout."""

import importlib
import json
import sys
import time
from typing import Any

TIMEOUT_SECONDS = 600.0


def main() -> None:
    """Create the tables, then repeat the insert until every sample is stored."""
    work = json.load(sys.stdin)
    session: Any = importlib.import_module("chdb.session").Session(work["directory"])
    for statement in work["tables"]:
        session.query(statement)
    began_at, cpu_began = time.monotonic(), time.process_time()
    while int(str(session.query(work["stored"], "TSV")) or 0) < work["samples"]:
        if time.monotonic() - began_at > TIMEOUT_SECONDS:
            raise TimeoutError(f"not finished in {TIMEOUT_SECONDS} s")
        session.query(work["insert"])
    used = {"seconds": time.monotonic() - began_at, "cpu_seconds": time.process_time() - cpu_began}
    session.close()
    sys.stdout.write(json.dumps(used))


if __name__ == "__main__":
    main()
