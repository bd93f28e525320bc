"""Writes the contracts for readers in other languages: a JSON Schema per event and one AsyncAPI document.

Run as `python -m surveyor_schemas.exports DIRECTORY` (`make schemas`).
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveyor_schemas.base import Event
from surveyor_schemas.codec import CONTENT_TYPE
from surveyor_schemas.topics import TOPICS, Topic

JsonSchema = dict[str, Any]
ASYNCAPI_VERSION = "3.0.0"
_CLOUD_EVENT_HEADERS: JsonSchema = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "The same for a repeat of the event."},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string"},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"const": CONTENT_TYPE.decode()},
        "traceparent": {"type": "string", "description": "W3C trace context."},
    },
}


def events() -> Iterator[type[Event]]:
    """Every event of every topic, in the catalogue's order."""
    for topic in TOPICS.values():
        yield from topic.events


def json_schema(model: type[Event]) -> JsonSchema:
    """What a reader may rely on in an event's JSON."""
    schema = model.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:surveyor:event:{model.event_type}",
        **schema,
    }


def asyncapi() -> JsonSchema:
    """The whole bus: topics, their messages, who sends and who receives."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Surveyor events",
            "version": "1",
            "description": "CloudEvents 1.0, Kafka binary mode; JSON values; readers ignore unknown fields.",
        },
        "defaultContentType": CONTENT_TYPE.decode(),
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": dict(_operations()),
        "components": {
            "schemas": {"cloudEventHeaders": _CLOUD_EVENT_HEADERS},
            "messages": {model.event_type: _message(model) for model in events()},
        },
    }


def _channel(topic: Topic) -> JsonSchema:
    kafka = {
        "partitions": topic.partitions,
        "topicConfiguration": {
            "cleanup.policy": [topic.cleanup_policy],
            **({"retention.ms": topic.retention_ms} if topic.retention_ms else {}),
        },
        "bindingVersion": "0.5.0",
    }
    return {
        "address": topic.name,
        "summary": topic.summary,
        "description": f"Key: {topic.key}. Dead letters: {topic.dead_letter_topic or 'none'}.",
        "messages": {
            model.event_type: {"$ref": f"#/components/messages/{model.event_type}"} for model in topic.events
        },
        "bindings": {"kafka": kafka},
    }


def _operations() -> Iterator[tuple[str, JsonSchema]]:
    for topic in TOPICS.values():
        for action, parts in (("send", topic.producers), ("receive", topic.consumers)):
            for part in parts:
                yield (
                    f"{part}-{action}-{topic.name}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{topic.name}"},
                        "tags": [{"name": part}],
                    },
                )


def _message(model: type[Event]) -> JsonSchema:
    return {
        "name": model.event_type,
        "title": model.__name__,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE.decode(),
        "headers": {"$ref": "#/components/schemas/cloudEventHeaders"},
        "payload": {"$ref": f"json-schema/{model.event_type}.json"},
    }


def rendered() -> dict[str, str]:
    """Every exported file by its path below the export directory."""
    files = {f"json-schema/{model.event_type}.json": _dump(json_schema(model)) for model in events()}
    return files | {"asyncapi.json": _dump(asyncapi())}


def _dump(document: JsonSchema) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(directory: Path) -> None:
    """Write every file, and remove the schemas of events that are no more."""
    files = rendered()
    for stale in directory.glob("json-schema/*.json"):
        if f"json-schema/{stale.name}" not in files:
            stale.unlink()
    for path, text in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
