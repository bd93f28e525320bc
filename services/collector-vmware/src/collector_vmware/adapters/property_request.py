"""Requests to the property collector as text."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from collector_vmware.adapters.soap_channel import envelope


def wait_for_updates_request(collector: str, version: str, max_objects: int, max_wait_seconds: int) -> bytes:
    """Return `WaitForUpdatesEx`; an empty version asks for the complete state."""
    return envelope(
        f'<WaitForUpdatesEx xmlns="urn:vim25"><_this type="PropertyCollector">{escape(collector)}</_this>'
        f"<version>{escape(version)}</version><options><maxWaitSeconds>{max_wait_seconds}</maxWaitSeconds>"
        f"<maxObjectUpdates>{max_objects}</maxObjectUpdates></options></WaitForUpdatesEx>"
    )


def retrieve_request(collector: str, kind: str, morefs: Iterable[str], paths: Iterable[str]) -> bytes:
    """Return `RetrievePropertiesEx` for objects of one type."""
    path_set = "".join(f"<pathSet>{escape(path)}</pathSet>" for path in paths)
    objects = "".join(f'<objectSet><obj type="{kind}">{escape(moref)}</obj></objectSet>' for moref in morefs)
    return envelope(
        f'<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">{escape(collector)}</_this>'
        f"<specSet><propSet><type>{kind}</type><all>false</all>{path_set}</propSet>{objects}</specSet>"
        "<options/></RetrievePropertiesEx>"
    )


def continue_request(collector: str, token: str) -> bytes:
    """Return `ContinueRetrievePropertiesEx`, for the next page."""
    return envelope(
        '<ContinueRetrievePropertiesEx xmlns="urn:vim25">'
        f'<_this type="PropertyCollector">{escape(collector)}</_this><token>{escape(token)}</token>'
        "</ContinueRetrievePropertiesEx>"
    )
