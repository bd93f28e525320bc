"""The one place where the collector is put together."""

from collections.abc import Sequence
from importlib.metadata import version

from collector_vmware.adapters.published_state import PublishedState
from collector_vmware.settings import CollectorVmwareSettings, SourceSettings
from collector_vmware.source_parts import SourceParts
from surveyor_kit.clock import SystemClock
from surveyor_kit.collecting.collector import Collector
from surveyor_kit.collecting.run import Run
from surveyor_kit.health import Health
from surveyor_kit.kafka import Publisher
from surveyor_kit.settings import KafkaSettings

SERVICE = "collector-vmware"


def collector(
    settings: CollectorVmwareSettings, sources: Sequence[SourceSettings], kafka: KafkaSettings
) -> Collector:
    """Return the process, which follows its share of the sources once it is run."""
    clock, health = SystemClock(), Health()
    this_run = Run(settings.collector_id, "vmware", version(SERVICE), clock.now())
    by_id = {source.source_id: source for source in sources}
    state = PublishedState(kafka, settings.collector_id)

    def parts(publisher: Publisher) -> SourceParts:
        return SourceParts(settings, by_id, publisher, state, clock, this_run, health)

    return Collector(settings, kafka, frozenset(by_id), parts, this_run, clock, health)
