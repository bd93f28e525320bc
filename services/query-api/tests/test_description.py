import json
from pathlib import Path

import pytest

from query_api.app import openapi_document

COMMITTED = Path(__file__).parent.parent / "openapi.json"


def test_the_committed_description_is_that_of_the_code() -> None:
    """Mend it with `python -m query_api.openapi services/query-api/openapi.json`."""
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == openapi_document()


def operations() -> list[tuple[str, dict[str, object]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in openapi_document()["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize(("name", "operation"), operations())
def test_each_operation_is_described_and_needs_a_key(name: str, operation: dict[str, object]) -> None:
    assert operation.get("description"), name
    assert operation.get("security"), name
    assert {"401", "422", "503"} <= set(operation["responses"]), name  # type: ignore[call-overload]
