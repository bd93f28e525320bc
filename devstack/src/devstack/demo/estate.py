"""How many machines the sources themselves say they have."""

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim


def vcenter_machine_count(endpoint: Mapping[str, str]) -> int:
    """Ask a vCenter over its own interface, templates included."""
    address = urlsplit(endpoint["url"])
    context = ssl.create_default_context(cafile=endpoint.get("ca_file"))
    if endpoint.get("insecure"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    instance = SmartConnect(
        host=address.hostname,
        port=address.port or 443,
        user=endpoint["username"],
        pwd=endpoint["password"],
        sslContext=context,
    )
    try:
        content = instance.RetrieveContent()
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
        return len(view.view)
    finally:
        Disconnect(instance)
        instance._stub.DropConnections()  # or its sockets stay open
