"""`python -m assessor`: settings, then the service."""

from assessor.bootstrap import AllSettings, run
from assessor.settings import AssessorSettings
from assessor.streams import SERVICE
from surveyor_kit import lifecycle
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import (
    ClickHouseSettings,
    KafkaSettings,
    LogSettings,
    TracingSettings,
    load_settings,
)
from surveyor_kit.tracing import configure_tracing


def main() -> None:
    """Run the assessor until it is asked to stop."""
    settings = AllSettings(
        load_settings(AssessorSettings), load_settings(KafkaSettings), load_settings(ClickHouseSettings)
    )
    configure_logging(SERVICE, load_settings(LogSettings))
    tracing = configure_tracing(SERVICE, load_settings(TracingSettings))
    try:
        lifecycle.run(lambda stopping: run(settings, stopping))
    finally:
        tracing.shutdown()


if __name__ == "__main__":
    main()
