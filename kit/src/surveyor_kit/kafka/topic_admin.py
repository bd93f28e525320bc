"""Create the topics of the catalogue and keep their settings as the catalogue says."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from surveyor_kit.errors import MissingTopics, RetryableError
from surveyor_kit.health import Health
from surveyor_kit.kafka.options import client_options, is_refusal
from surveyor_kit.kafka.wanted_topics import WantedTopic, wanted_topics
from surveyor_kit.retry import retry_forever
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import Topic

BROKER_DEFAULT = -1
SHOWN_WITHIN_SECONDS = 60.0
DYNAMIC_TOPIC_CONFIG = 1
"""`config_source` of a setting made on the topic itself.

Source: Apache Kafka protocol guide, "DescribeConfigs".
"""


@dataclass(frozen=True)
class TopicChange:
    """What was done to a topic, or what differs and was left alone."""

    topic: str
    action: Literal["created", "altered", "differs"]
    detail: str


@dataclass(frozen=True)
class _Comparison:
    """What the catalogue wants beside what the broker has."""

    wanted: Sequence[WantedTopic]
    partitions: Mapping[str, int]
    own_configs: Mapping[str, Mapping[str, str]]
    """The settings made on each present topic itself."""

    @property
    def new(self) -> list[WantedTopic]:
        return [topic for topic in self.wanted if topic.name not in self.partitions]

    @property
    def wrong(self) -> list[WantedTopic]:
        return [t for t in self.wanted if t.name in self.own_configs and self._wrong_configs(t)]

    def changes(self) -> list[TopicChange]:
        return [
            *(TopicChange(t.name, "created", f"{t.partitions} partitions") for t in self.new),
            *(TopicChange(t.name, "altered", _settings_text(self._wrong_configs(t))) for t in self.wrong),
            *(
                TopicChange(t.name, "differs", f"{self.partitions[t.name]} partitions, not {t.partitions}")
                for t in self.wanted
                if self.partitions.get(t.name, t.partitions) != t.partitions
            ),
        ]

    def _wrong_configs(self, topic: WantedTopic) -> dict[str, str]:
        return topic.wrong_configs(self.own_configs[topic.name])


class TopicAdmin:
    """Declares topics; use it as an async context manager."""

    def __init__(self, settings: KafkaSettings, health: Health | None = None) -> None:
        self._settings = settings
        self._health = health
        self._client: Any = None

    async def __aenter__(self) -> Self:
        self._client = await retry_forever(self._connect, name="kafka_admin", health=self._health)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def ensure(
        self, topics: Mapping[str, Topic], replication_factor: int = BROKER_DEFAULT
    ) -> list[TopicChange]:
        """Create what is missing and correct settings, dead-letter topics included.

        Repeating it changes nothing. Settings that the catalogue does not name are kept. A different
        number of partitions is only reported: changing it would move keys to other partitions.
        """
        found = await self._compare(topics)
        await self._create(found.new, replication_factor)
        await self._alter(found.wrong, found.own_configs)
        return found.changes()

    async def plan(self, topics: Mapping[str, Topic]) -> list[TopicChange]:
        """Return what `ensure` would do now, and do nothing."""
        return (await self._compare(topics)).changes()

    async def partitions(self) -> dict[str, int]:
        """Return the number of partitions of every topic that the broker has."""
        described = await self._client.describe_topics()
        return {topic["topic"]: len(topic["partitions"]) for topic in described}

    async def _compare(self, topics: Mapping[str, Topic]) -> _Comparison:
        wanted = [part for topic in topics.values() for part in wanted_topics(topic)]
        present = await self.partitions()
        own = await self._own_configs([topic.name for topic in wanted if topic.name in present])
        return _Comparison(wanted, present, own)

    async def _create(self, wanted: list[WantedTopic], replication_factor: int) -> None:
        if not wanted:
            return
        assignments: dict[int, list[int]] | None = {} if replication_factor == BROKER_DEFAULT else None
        new = [
            NewTopic(t.name, t.partitions, replication_factor, assignments, dict(t.configs)) for t in wanted
        ]
        answer = await self._client.create_topics(new)
        for _, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(answer.topic_errors)
        await self._until_present({topic.name for topic in wanted})

    async def _until_present(self, names: set[str]) -> None:
        async def missing() -> str:
            return ", ".join(sorted(names - (await self.partitions()).keys()))

        await _until_empty(missing)

    async def _until_altered(self, wanted: Sequence[WantedTopic]) -> None:
        async def different() -> str:
            own = await self._own_configs([topic.name for topic in wanted])
            return ", ".join(topic.name for topic in wanted if topic.wrong_configs(own[topic.name]))

        await _until_empty(different)

    async def _alter(self, wrong: list[WantedTopic], own: Mapping[str, Mapping[str, str]]) -> None:
        for topic in wrong:
            # The request replaces all of a topic's own settings, so those of others go in again.
            await self._replace_configs(topic.name, {**own[topic.name], **topic.configs})
        await self._until_altered(wrong)

    async def _own_configs(self, names: list[str]) -> dict[str, dict[str, str]]:
        """Return the settings that were made on the topics themselves."""
        if not names:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found: dict[str, dict[str, str]] = {}
        for answer in await self._client.describe_configs(resources):
            for code, message, _, name, entries in answer.resources:
                if code:
                    raise for_code(code)(message)
                found[name] = {e[0]: e[1] for e in entries if e[3] == DYNAMIC_TOPIC_CONFIG}
        return found

    async def _replace_configs(self, name: str, configs: dict[str, str]) -> None:
        resource = ConfigResource(ConfigResourceType.TOPIC, name, configs)
        for answer in await self._client.alter_configs([resource]):
            for code, message, *_ in answer.resources:
                if code:
                    raise for_code(code)(message)

    async def _connect(self) -> AIOKafkaAdminClient:
        client = AIOKafkaAdminClient(**client_options(self._settings), client_id="surveyor-admin")
        try:
            await client.start()
        except KafkaError as error:
            await client.close()
            if is_refusal(error):
                raise
            raise RetryableError(f"{type(error).__name__}: {error}") from error
        return client


async def check_topics(
    settings: KafkaSettings, names: Iterable[str], *, health: Health | None = None
) -> None:
    """Make sure that topics exist, since using a missing one only blocks.

    Raises:
        MissingTopics: The broker answers, but does not have them all.
    """
    async with TopicAdmin(settings, health) as admin:
        present = await admin.partitions()
    missing = sorted(set(names) - present.keys())
    if missing:
        raise MissingTopics(missing)


async def _until_empty(lacking: Callable[[], Awaitable[str]]) -> None:
    """Wait until the broker's answers show a change: it confirms one a moment before."""

    async def ask() -> None:
        still = await lacking()
        if still:
            raise RetryableError(f"not shown yet: {still}")

    async with asyncio.timeout(SHOWN_WITHIN_SECONDS):
        await retry_forever(ask, name="kafka_admin", base_seconds=0.05, cap_seconds=1.0)


def _settings_text(configs: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in configs.items())
