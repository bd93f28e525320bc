"""What a word on the command line names: an id, or a name that only one thing has."""

from collections.abc import Iterable
from uuid import UUID

from surveyor_cli.api.client import ApiClient, Document
from surveyor_cli.exits import REFUSED, fail


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


def _is_id(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _only(what: str, named: str, items: Iterable[Document], key: str) -> str:
    """Return the id of the one item with that name, in any case."""
    ids = [str(item[key]) for item in items if item["name"].casefold() == named.casefold()]
    if not ids:
        fail(REFUSED, f"there is no {what} {named!r}")
    if len(ids) > 1:
        fail(REFUSED, f"{len(ids)} {what}s are named {named!r}; give an id: {', '.join(ids)}")
    return ids[0]
