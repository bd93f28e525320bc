"""`python -m collector_vmware`: follow the sources until told to stop, look once, or forget a source."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from collector_vmware.adapters.vsphere_connection import VsphereConnector
from collector_vmware.bootstrap import SERVICE, collector
from collector_vmware.check import check_sources
from collector_vmware.forget import forget_source
from collector_vmware.ports import SourceConnector
from collector_vmware.settings import (
    CheckSettings,
    CollectorVmwareSettings,
    SourceSettings,
    load_sources,
)
from surveyor_kit.clock import SystemClock
from surveyor_kit.collecting.findings import show
from surveyor_kit.collecting.spools import claimed
from surveyor_kit.lifecycle import collect_garbage_rarely, run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import KafkaSettings, LogSettings, TracingSettings, load_settings
from surveyor_kit.tracing import configure_tracing

GRACE_SECONDS = 15.0


def main() -> None:
    """Read settings, start, and end with the exit code that the kit's lifecycle names."""
    arguments = _arguments()
    configure_logging(SERVICE, load_settings(LogSettings))
    if arguments.check:
        raise SystemExit(_check())
    settings = load_settings(CollectorVmwareSettings)
    sources = load_sources(settings.sources_file)
    kafka = load_settings(KafkaSettings)
    if arguments.forget_source is not None:
        raise SystemExit(_forget(arguments.forget_source, settings, sources, kafka))
    configure_tracing(SERVICE, load_settings(TracingSettings))
    with claimed(settings):
        collect_garbage_rarely()
        run(collector(settings, sources, kafka).run, grace_seconds=GRACE_SECONDS)


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


def _check() -> int:
    sources = load_sources(load_settings(CheckSettings).sources_file)
    connectors: dict[str, SourceConnector] = {
        source.source_id: VsphereConnector(source) for source in sources
    }
    return show(asyncio.run(check_sources(connectors, SystemClock())))


if __name__ == "__main__":
    main()
