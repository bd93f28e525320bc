"""The exported contracts are today's, and only grew since the release baseline."""

import json
from pathlib import Path

import pytest

from surveyor_schemas.compatibility import breaks
from surveyor_schemas.exports import events, json_schema, rendered

ROOT = Path(__file__).parents[1]
BASELINE = ROOT / "baseline"


def test_exported_files_are_current() -> None:
    stored = {
        str(path.relative_to(ROOT / "exports")): path.read_text(encoding="utf-8")
        for path in (ROOT / "exports").rglob("*.json")
    }
    assert stored == rendered(), "run `make schemas`"


@pytest.mark.parametrize("path", sorted(BASELINE.glob("*.json")), ids=lambda path: path.stem)
def test_event_only_grew_since_the_baseline(path: Path) -> None:
    current = {model.event_type: model for model in events()}
    assert path.stem in current, "an event of the baseline is gone: keep it beside its successor"
    assert breaks(json.loads(path.read_text(encoding="utf-8")), json_schema(current[path.stem])) == []


def test_every_event_has_a_baseline() -> None:
    assert {path.stem for path in BASELINE.glob("*.json")} == {model.event_type for model in events()}


def test_asyncapi_names_every_message_once() -> None:
    document = json.loads(rendered()["asyncapi.json"])
    assert set(document["components"]["messages"]) == {model.event_type for model in events()}
    assert all(
        f"json-schema/{name}.json" == message["payload"]["$ref"]
        for name, message in document["components"]["messages"].items()
    )
