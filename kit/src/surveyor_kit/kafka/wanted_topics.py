"""The topics of the catalogue, with their dead-letter topics, as the broker is to have them."""

from collections.abc import Mapping
from dataclasses import dataclass

from surveyor_kit.kafka.publisher import DEAD_LETTER_ALLOWANCE_BYTES
from surveyor_schemas.topics import DEAD_LETTER_RETENTION_MS, MAX_MESSAGE_BYTES, Topic


@dataclass(frozen=True)
class WantedTopic:
    """A topic as the broker is to have it."""

    name: str
    partitions: int
    configs: Mapping[str, str]

    def wrong_configs(self, present: Mapping[str, str]) -> dict[str, str]:
        """Return the settings that are missing from `present` or have another value there."""
        return {key: value for key, value in self.configs.items() if present.get(key) != value}


def wanted_topics(topic: Topic) -> list[WantedTopic]:
    """Return a catalogue entry's topic and, if it has one, its dead-letter topic."""
    configs: dict[str, str] = {"cleanup.policy": topic.cleanup_policy}
    if topic.retention_ms is not None:
        configs["retention.ms"] = str(topic.retention_ms)
    if topic.min_compaction_lag_ms is not None:
        configs["min.compaction.lag.ms"] = str(topic.min_compaction_lag_ms)
    wanted = [WantedTopic(topic.name, topic.partitions, configs)]
    if topic.dead_letter_topic:
        wanted.append(WantedTopic(topic.dead_letter_topic, topic.partitions, _dead_letter_configs()))
    return wanted


def _dead_letter_configs() -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(DEAD_LETTER_RETENTION_MS),
        "max.message.bytes": str(MAX_MESSAGE_BYTES + 2 * DEAD_LETTER_ALLOWANCE_BYTES),
    }
