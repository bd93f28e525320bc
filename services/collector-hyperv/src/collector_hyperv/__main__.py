"""`python -m collector_hyperv`: settings, logs, then the collector until SIGTERM or SIGINT."""

from functools import partial

from collector_hyperv import bootstrap
from collector_hyperv.settings import CollectorHypervSettings
from surveyor_kit.lifecycle import run
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import KafkaSettings, LogSettings, TracingSettings, load_settings
from surveyor_kit.tracing import configure_tracing


def main() -> None:
    """Start the service."""
    settings = load_settings(CollectorHypervSettings)
    kafka = load_settings(KafkaSettings)
    configure_logging(bootstrap.SERVICE, load_settings(LogSettings))
    configure_tracing(bootstrap.SERVICE, load_settings(TracingSettings))
    bootstrap.refuse_unavailable_logins(settings)
    run(partial(bootstrap.run, settings, kafka))


if __name__ == "__main__":
    main()
