"""`python -m collector_vmware`: follow the sources until told to stop, look once, or forget a source."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from collector_vmware.adapters.vsphere_connection import VsphereConnector
from collector_vmware.bootstrap import SERVICE, Collector
from collector_vmware.check import check_sources
from collector_vmware.forget import forget_source
from collector_vmware.settings import (
    SPOOL_DIR,
    CollectorVmwareSettings,
    SourceSettings,
    load_sources,
)
from surveyor_kit.clock import SystemClock
from surveyor_kit.lifecycle import collect_garbage_rarely, run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import KafkaSettings, LogSettings, TracingSettings, load_settings
from surveyor_kit.settings.base import CONFIG_EXIT_CODE
from surveyor_kit.spool import SpoolInUse, lock_directory
from surveyor_kit.tracing import configure_tracing

GRACE_SECONDS = 15.0


def main() -> None:
    """Read settings, start, and end with the exit code that the kit's lifecycle names."""
    arguments = _arguments()
    settings = load_settings(CollectorVmwareSettings)
    configure_logging(SERVICE, load_settings(LogSettings))
    sources = load_sources(settings.sources_file)
    if arguments.check:
        raise SystemExit(_check(sources))
    kafka = load_settings(KafkaSettings)
    if arguments.forget_source is not None:
        raise SystemExit(_forget(arguments.forget_source, settings, sources, kafka))
    configure_tracing(SERVICE, load_settings(TracingSettings))
    with _claimed(settings.spool_dir):
        collect_garbage_rarely()
        run(Collector(settings, sources, kafka).run, grace_seconds=GRACE_SECONDS)


def _claimed(spool_dir: Path) -> IO[str]:
    try:
        return lock_directory(spool_dir)
    except (SpoolInUse, OSError) as error:
        sys.stderr.write(f"{SPOOL_DIR}: {error}\n")
        raise SystemExit(CONFIG_EXIT_CODE) from None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m collector_vmware", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="show what would be collected and what is missing",
    )
    parser.add_argument(
        "--forget-source",
        metavar="SOURCE_ID",
        help="report the machines of a source that is no longer listed as removed",
    )
    return parser.parse_args()


def _forget(
    source_id: str,
    settings: CollectorVmwareSettings,
    sources: Sequence[SourceSettings],
    kafka: KafkaSettings,
) -> int:
    """Say how many machines were removed; refuse a source that would be read again at once."""
    if any(source.source_id == source_id for source in sources):
        sys.stderr.write(f"{source_id} still stands in {settings.sources_file}: take it out first\n")
        return 1
    count = asyncio.run(forget_source(source_id, settings.collector_id, kafka, SystemClock()))
    sys.stdout.write(f"{count} machines of {source_id} are reported removed\n")
    return 0


def _check(sources: Sequence[SourceSettings]) -> int:
    """Print the findings; 1 when something is missing."""
    connectors = {source.source_id: VsphereConnector(source) for source in sources}
    findings = asyncio.run(check_sources(dict(connectors), SystemClock()))
    for of_source in findings:
        sys.stdout.write(of_source.text() + "\n")
    return 1 if any(of_source.problems for of_source in findings) else 0


if __name__ == "__main__":
    main()
