"""Agree on the version of the vSphere API: the newest that both sides know."""

import http.client
import ssl
from xml.etree import ElementTree

from pyVmomi import VmomiSupport

from collector_vmware.errors import SourceUnreachable
from collector_vmware.settings import SourceSettings

VERSIONS_PATH = "/sdk/vimServiceVersions.xml"
NAMESPACE = "urn:vim25"


def newest_common_version(source: SourceSettings, context: ssl.SSLContext, timeout_seconds: float) -> str:
    """Return pyvmomi's name of the API version to speak, such as `vim.version.v8_0_2_0`.

    Source: vSphere Web Services SDK Programming Guide, "Identifying API versions available on a server".

    Raises:
        SourceUnreachable: The server does not list its versions, or knows none of ours.
        OSError, http.client.HTTPException: As they come.
    """
    offered = _offered(_read(source, context, timeout_seconds), source.address)
    for version in VmomiSupport.GetServiceVersions("vim25"):
        if VmomiSupport.versionIdMap[version] in offered:
            return str(version)
    raise SourceUnreachable(f"{source.address} speaks no version of the vSphere API that we know")


def _read(source: SourceSettings, context: ssl.SSLContext, timeout_seconds: float) -> bytes:
    connection = http.client.HTTPSConnection(
        source.host, source.port, context=context, timeout=timeout_seconds
    )
    try:
        connection.request("GET", VERSIONS_PATH)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise SourceUnreachable(f"{source.address}{VERSIONS_PATH}: HTTP {answer.status}; is this a vCenter?")
    return content


def _offered(document: bytes, address: str) -> set[str]:
    try:
        root = ElementTree.fromstring(document)  # noqa: S314  # expat bounds entity expansion by itself
    except ElementTree.ParseError:
        raise SourceUnreachable(f"{address}{VERSIONS_PATH}: not XML; is this a vCenter?") from None
    return {
        (version.text or "").strip()
        for namespace in root.iter("namespace")
        if namespace.findtext("name") == NAMESPACE
        for version in namespace.iter("version")
    }
