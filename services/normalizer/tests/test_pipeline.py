"""The real process between a real broker and a real store."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from devstack.fixtures.service import ServiceProcess
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventPublisher
from surveyor_schemas.base import Event
from surveyor_schemas.examples import examples

pytestmark = pytest.mark.parts


def example_events(topic: str) -> list[Event]:
    """The examples of a topic, each of a machine of its own."""
    events = []
    for example in examples(topic):
        document = json.loads(example.value)
        document |= {"machine_id": str(uuid4())} if "machine_id" in document else {}
        events.append(example.model.model_validate_json(json.dumps(document)))
    return events


async def test_observed_machines_become_states_and_changes(
    normalizer: ServiceProcess, publisher: EventPublisher, store: ClickHouse, eventually: Callable[..., Any]
) -> None:
    observed = [e for e in example_events("discovery-raw") if "removed" not in e.event_type]
    await publisher.publish_many(observed)
    normalizer.start()

    rows = await eventually(lambda: store.query_rows("SELECT name, revision FROM machine_state FINAL"))
    while len(rows) < len(observed):
        rows = await store.query_rows("SELECT name, revision FROM machine_state FINAL")
    assert sorted(row["revision"] for row in rows) == sorted(event.revision for event in observed)
    changes = await store.query_rows("SELECT kind, field_path FROM machine_changes FINAL")
    assert [(row["kind"], row["field_path"]) for row in changes] == [("machine-added", "machine")] * len(rows)
    assert normalizer.stop() == 0
