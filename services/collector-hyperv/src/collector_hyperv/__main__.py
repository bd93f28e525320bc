"""`python -m collector_hyperv`: follow the sources until told to stop, or look once with `--check`."""

import argparse
import asyncio

from collector_hyperv import bootstrap
from collector_hyperv.check import check_hosts
from collector_hyperv.settings import CheckSettings, CollectorHypervSettings, load_sources
from surveyor_kit.clock import SystemClock
from surveyor_kit.collecting.findings import show
from surveyor_kit.collecting.spools import claimed
from surveyor_kit.lifecycle import collect_garbage_rarely, run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import KafkaSettings, LogSettings, TracingSettings, load_settings
from surveyor_kit.tracing import configure_tracing


def main() -> None:
    """Start the service, or check its sources."""
    if _arguments().check:
        raise SystemExit(_check())
    settings = load_settings(CollectorHypervSettings)
    kafka = load_settings(KafkaSettings)
    configure_logging(bootstrap.SERVICE, load_settings(LogSettings))
    configure_tracing(bootstrap.SERVICE, load_settings(TracingSettings))
    bootstrap.refuse_unavailable_logins(settings)
    with claimed(settings):
        collect_garbage_rarely()
        run(bootstrap.collector(settings, load_sources(settings.sources_file), kafka).run)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m collector_hyperv", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="show what would be collected and what is missing; ends with 1 if something is",
    )
    return parser.parse_args()


def _check() -> int:
    settings = load_settings(CheckSettings)
    configure_logging(bootstrap.SERVICE, load_settings(LogSettings))
    bootstrap.refuse_unavailable_logins(settings)
    hosts = bootstrap.hosts_to_check(load_sources(settings.sources_file))
    return show(asyncio.run(check_hosts(hosts, SystemClock())))


if __name__ == "__main__":
    main()
