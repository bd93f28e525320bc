"""What a word on the command line names: an id, or a name that only one thing has."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

import typer

from surveyor_cli.api.client import ApiClient, Document
from surveyor_cli.exits import REFUSED, fail

AssessmentArgument = Annotated[str, typer.Argument(help="Id, or name if only one assessment has it.")]


def machine_id(api: ApiClient, named: str) -> str:
    """Return the id of the machine that is named."""
    return (
        named
        if _is_id(named)
        else _only("machine", named, api.items("/machines", {"q": named}), "machine_id")
    )


def group_id(api: ApiClient, named: str) -> str:
    """Return the id of the group that is named."""
    return named if _is_id(named) else _only("group", named, api.items("/groups", {"q": named}), "id")


def assessment_id(api: ApiClient, named: str) -> str:
    """Return the id of the assessment that is named."""
    return named if _is_id(named) else _only("assessment", named, api.items("/assessments"), "id")


def assessed_machine_id(api: ApiClient, assessment: str, named: str) -> str:
    """Return the id of the machine that is named among those of an assessment, also one that is gone."""
    if _is_id(named):
        return named
    machines = api.items(f"/assessments/{assessment}/machines", {"q": named})
    return _only("assessed machine", named, machines, "machine_id", "display_name")


def _is_id(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _only(what: str, named: str, items: Iterable[Document], key: str, name: str = "name") -> str:
    """Return the id of the one item with that name, in any case."""
    ids = [str(item[key]) for item in items if item[name].casefold() == named.casefold()]
    if not ids:
        fail(REFUSED, f"there is no {what} {named!r}")
    if len(ids) > 1:
        fail(REFUSED, f"{len(ids)} {what}s are named {named!r}; give an id: {', '.join(ids)}")
    return ids[0]
