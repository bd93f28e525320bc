"""A session with a vCenter or ESXi host: login, the source's own words about itself, its clock, logout."""

import contextlib
import http.client
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyVmomi import vim, vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter

from collector_vmware.adapters.api_version import newest_common_version
from collector_vmware.adapters.tls import tls_context
from collector_vmware.adapters.vsphere_errors import translated
from collector_vmware.domain.inventory_objects import SourceFacts
from collector_vmware.errors import LoginRefused
from collector_vmware.settings import SourceSettings

CALL_TIMEOUT_SECONDS = 120
VCENTER = "VirtualCenter"


@dataclass
class VsphereSession:
    """A logged-in session. Its calls block; threads may share it.

    Attributes:
        facts: What the source says of itself.
        content: The service's root objects.
        stub: The SOAP connection pool, whose cookie names the session.
        context: TLS for further connections of the same session.
    """

    source: SourceSettings
    facts: SourceFacts
    content: Any
    stub: SoapStubAdapter
    context: ssl.SSLContext

    @classmethod
    def login(cls, source: SourceSettings) -> "VsphereSession":
        """Open a session.

        Raises:
            SourceError: It was not possible; nothing stays open.
        """
        context = tls_context(source)
        with translated(source.address):
            version = newest_common_version(source, context, CALL_TIMEOUT_SECONDS)
            stub = SoapStubAdapter(
                host=source.host,
                port=source.port,
                version=version,
                sslContext=context,
                httpConnectionTimeout=CALL_TIMEOUT_SECONDS,
            )
            try:
                content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
                _log_in(source, content)
                return cls(source, _facts(source, content), content, stub, context)
            except BaseException:
                stub.DropConnections()
                raise

    def logout(self) -> None:
        """End the session as far as the source still answers."""
        with contextlib.suppress(vmodl.MethodFault, OSError, http.client.HTTPException):
            self.content.sessionManager.Logout()
        self.stub.DropConnections()

    def current_time(self) -> datetime:
        """Return the source's clock, in UTC."""
        with translated(self.source.address):
            now: datetime = vim.ServiceInstance("ServiceInstance", self.stub).CurrentTime()
        return now.astimezone(UTC)

    @property
    def cookie(self) -> str:
        """The session's HTTP cookie: a secret."""
        return str(self.stub.cookie).partition(";")[0]


def _log_in(source: SourceSettings, content: Any) -> None:
    try:
        username, password = source.credentials()
    except ValueError as error:
        raise LoginRefused(str(error)) from None
    content.sessionManager.Login(username, password)


def _facts(source: SourceSettings, content: Any) -> SourceFacts:
    about = content.about
    is_vcenter = about.apiType == VCENTER
    return SourceFacts(
        kind="vcenter" if is_vcenter else "esxi",
        owner_uuid=str(about.instanceUuid if is_vcenter else _hardware_uuid(content)),
        name=source.host,
        product=str(about.fullName),
        licence_product_name=about.licenseProductName and str(about.licenseProductName),
    )


def _hardware_uuid(content: Any) -> str:
    """Return the identity of a lone ESXi host, which has no instance UUID."""
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
    try:
        return str(view.view[0].summary.hardware.uuid)
    finally:
        view.Destroy()
