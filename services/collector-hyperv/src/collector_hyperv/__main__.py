"""`python -m collector_hyperv`: follow the sources until told to stop, look once, or forget a site."""

import argparse
import asyncio
import sys

from collector_hyperv import bootstrap
from collector_hyperv.check import check_hosts
from collector_hyperv.forget import forget_site
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
    arguments = _arguments()
    if arguments.check:
        raise SystemExit(_check())
    settings = load_settings(CollectorHypervSettings)
    kafka = load_settings(KafkaSettings)
    configure_logging(bootstrap.SERVICE, load_settings(LogSettings))
    if arguments.forget_site is not None:
        raise SystemExit(_forget(arguments.forget_site, settings, kafka))
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
    parser.add_argument(
        "--forget-site",
        metavar="SITE",
        help="report the machines of a site that no source belongs to any more as removed",
    )
    return parser.parse_args()


def _forget(site: str, settings: CollectorHypervSettings, kafka: KafkaSettings) -> int:
    """Say how many machines were removed; refuse a site that would be read again at once."""
    if any(source.site_name == site for source in load_sources(settings.sources_file)):
        sys.stderr.write(f"sources of {site} still stand in {settings.sources_file}: take them out first\n")
        return 1
    count = asyncio.run(forget_site(site, settings.collector_id, kafka, SystemClock()))
    sys.stdout.write(f"{count} machines of {site} are reported removed\n")
    return 0


def _check() -> int:
    settings = load_settings(CheckSettings)
    configure_logging(bootstrap.SERVICE, load_settings(LogSettings))
    bootstrap.refuse_unavailable_logins(settings)
    hosts = bootstrap.hosts_to_check(load_sources(settings.sources_file))
    return show(asyncio.run(check_hosts(hosts, SystemClock())))


if __name__ == "__main__":
    main()
