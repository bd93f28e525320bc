import pytest

from surveyor_kit.errors import MissingTopics
from surveyor_kit.kafka import TopicAdmin, check_topics
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import TOPICS, Topic

pytestmark = pytest.mark.parts


def renamed(topic: Topic, **changes: object) -> dict[str, Topic]:
    changed = topic.model_copy(update=changes)
    return {changed.name: changed}


async def test_missing_topics_are_created_with_their_dead_letter_topics(
    kafka_settings: KafkaSettings, a_topic: Topic
) -> None:
    async with TopicAdmin(kafka_settings) as admin:
        changes = await admin.ensure({a_topic.name: a_topic})
        partitions = await admin.partitions()
    assert [(change.topic, change.action) for change in changes] == [
        (a_topic.name, "created"),
        (f"{a_topic.name}-dlq", "created"),
    ]
    assert partitions[a_topic.name] == partitions[f"{a_topic.name}-dlq"] == 3


async def test_plan_says_what_would_be_done_and_does_nothing(
    kafka_settings: KafkaSettings, a_topic: Topic
) -> None:
    async with TopicAdmin(kafka_settings) as admin:
        planned = await admin.plan({a_topic.name: a_topic})
        assert a_topic.name not in await admin.partitions()
        assert await admin.ensure({a_topic.name: a_topic}) == planned
        assert await admin.plan({a_topic.name: a_topic}) == []
        changed = renamed(a_topic, retention_ms=7_200_000, partitions=6)
        planned = await admin.plan(changed)
        assert [change.action for change in planned] == ["altered", "differs", "differs"]
        assert await admin.ensure(changed) == planned


async def test_repeating_changes_nothing(kafka_settings: KafkaSettings) -> None:
    async with TopicAdmin(kafka_settings) as admin:
        assert await admin.ensure(TOPICS) == []


async def test_changed_setting_is_altered_once_and_others_stay(
    kafka_settings: KafkaSettings, a_topic: Topic
) -> None:
    async with TopicAdmin(kafka_settings) as admin:
        await admin.ensure({a_topic.name: a_topic})
        longer = renamed(a_topic, retention_ms=7_200_000)
        (change,) = await admin.ensure(longer)
        assert (change.action, change.detail) == ("altered", "retention.ms=7200000")
        assert await admin.ensure(longer) == []


async def test_other_number_of_partitions_is_reported_only(
    kafka_settings: KafkaSettings, a_topic: Topic
) -> None:
    async with TopicAdmin(kafka_settings) as admin:
        await admin.ensure({a_topic.name: a_topic})
        changes = await admin.ensure(renamed(a_topic, partitions=6))
        assert (await admin.partitions())[a_topic.name] == 3
    assert {change.action for change in changes} == {"differs"}
    assert changes[0].detail == "3 partitions, not 6"


async def test_missing_topics_are_named(kafka_settings: KafkaSettings) -> None:
    with pytest.raises(MissingTopics, match="no topic nowhere: run `surveyor migrate`"):
        await check_topics(kafka_settings, ["machines", "nowhere"])
    await check_topics(kafka_settings, ["machines"])
