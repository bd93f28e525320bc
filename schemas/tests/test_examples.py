"""Every event has its examples, every example its event, and both readers agree on them."""

import json
from importlib import resources

import jsonschema
import pytest

from surveyor_schemas import examples as package
from surveyor_schemas.codec import decode, encode
from surveyor_schemas.examples import Example, examples, path_of
from surveyor_schemas.exports import json_schema
from surveyor_schemas.topics import TOPICS

ALL = list(examples())


def _id(example: Example) -> str:
    return f"{example.model.event_type}-{example.name}"


@pytest.mark.parametrize("example", ALL, ids=_id)
def test_example_passes_its_own_schema(example: Example) -> None:
    jsonschema.validate(json.loads(example.value), json_schema(example.model))


@pytest.mark.parametrize("example", ALL, ids=_id)
def test_example_survives_the_way_over_the_bus(example: Example) -> None:
    event = example.model.model_validate_json(example.value)
    message = encode(event)
    assert message.topic == example.topic
    assert decode(message.topic, message.headers, message.value) == event


@pytest.mark.parametrize("example", ALL, ids=_id)
def test_readers_ignore_fields_that_they_do_not_know(example: Example) -> None:
    grown = json.loads(example.value) | {"field_of_a_later_version": 1}
    assert example.model.model_validate_json(json.dumps(grown)) == example.model.model_validate_json(
        example.value
    )


def test_no_example_lacks_its_event() -> None:
    known = {path_of(example.topic, example.model, example.name) for example in ALL}
    root = resources.files(package)
    stored = {
        f"{topic.name}/{version.name}/{file.name}"
        for topic in root.iterdir()
        if topic.name in TOPICS
        for version in topic.iterdir()
        for file in version.iterdir()
    }
    assert stored == known
