"""`python -m collector_vmware`: follow the sources until told to stop."""

import sys

from collector_vmware.bootstrap import SERVICE, Collector
from collector_vmware.settings import CollectorVmwareSettings, SourcesFault, load_sources
from surveyor_kit.lifecycle import run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import KafkaSettings, LogSettings, TracingSettings, load_settings
from surveyor_kit.settings.base import CONFIG_EXIT_CODE
from surveyor_kit.tracing import configure_tracing

GRACE_SECONDS = 15.0


def main() -> None:
    """Read settings, start, and end with the exit code that the kit's lifecycle names."""
    settings = load_settings(CollectorVmwareSettings)
    kafka = load_settings(KafkaSettings)
    configure_logging(SERVICE, load_settings(LogSettings))
    configure_tracing(SERVICE, load_settings(TracingSettings))
    try:
        sources = load_sources(settings.sources_file)
    except SourcesFault as fault:
        sys.stderr.write(f"{fault}\n")
        raise SystemExit(CONFIG_EXIT_CODE) from None
    run(Collector(settings, sources, kafka).run, grace_seconds=GRACE_SECONDS)


if __name__ == "__main__":
    main()
