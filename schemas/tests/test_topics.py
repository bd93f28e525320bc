"""The topic catalogue is consistent in itself."""

from surveyor_schemas.topics import TOPICS, topic_of, types_of


def test_every_event_travels_on_one_topic_under_its_own_type() -> None:
    models = [model for topic in TOPICS.values() for model in topic.events]
    assert len(models) == len(set(models)) == len({model.event_type for model in models})


def test_version_stands_in_module_and_type_but_not_in_the_class_name() -> None:
    for topic in TOPICS.values():
        for name, model in types_of(topic).items():
            version = name.rpartition(".")[2]
            assert model.__module__.endswith(f"_{version}")
            assert not model.__name__.lower().endswith(version)


def test_topic_of_an_event_is_found_by_its_model() -> None:
    for topic in TOPICS.values():
        assert {topic_of(model) for model in topic.events} == {topic.name}


def test_compacted_topics_are_kept_for_ever() -> None:
    for topic in TOPICS.values():
        assert (topic.retention_ms is None) == (topic.cleanup_policy == "compact")
