"""`python -m normalizer`: settings, then the service."""

from normalizer.bootstrap import AllSettings, run
from normalizer.settings import NormalizerSettings
from surveyor_kit import lifecycle
from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import (
    ClickHouseSettings,
    KafkaSettings,
    LogSettings,
    StoreSettings,
    TracingSettings,
    load_settings,
)
from surveyor_kit.tracing import configure_tracing


def main() -> None:
    """Run the normalizer until it is asked to stop."""
    settings = AllSettings(
        load_settings(NormalizerSettings),
        load_settings(KafkaSettings),
        load_settings(ClickHouseSettings),
        load_settings(StoreSettings),
    )
    configure_logging("normalizer", load_settings(LogSettings))
    tracing = configure_tracing("normalizer", load_settings(TracingSettings))
    try:
        lifecycle.run(lambda stopping: run(settings, stopping))
    finally:
        tracing.shutdown()


if __name__ == "__main__":
    main()
