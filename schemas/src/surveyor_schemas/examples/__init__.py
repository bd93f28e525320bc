"""Example messages of every event: an ordinary one, and one where all that may be unknown is.

Files lie at `<topic>/<version>/<event>.<name>.json` and hold the value of a message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from surveyor_schemas.base import Event
from surveyor_schemas.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Example:
    """One example message."""

    topic: str
    model: type[Event]
    name: str
    value: bytes


def path_of(topic: str, model: type[Event], name: str) -> str:
    """Where an example lies below this package."""
    _, _, event_and_version = model.event_type.partition(".")
    event, _, version = event_and_version.rpartition(".v")
    return f"{topic}/{version}/{event}.{name}.json"


def examples(*topics: str) -> Iterator[Example]:
    """The examples of these topics, or of all."""
    for topic in topics or tuple(TOPICS):
        for model in TOPICS[topic].events:
            for name in ("ordinary", "nulls"):
                file = resources.files(__package__) / path_of(topic, model, name)
                yield Example(topic, model, name, file.read_bytes())
