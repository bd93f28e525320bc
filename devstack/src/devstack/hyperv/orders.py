"""Orders for what shall go wrong with a host, and a look at what clients have left behind."""

import tempfile
from pathlib import Path

from devstack.certificate import kept_certificate
from devstack.hyperv.moves import ChangeRefused, HostChanges


class Orders(HostChanges):
    """Faults on demand; each lasts until it is used up or taken back."""

    def skew_clock(self, seconds: float) -> None:
        """Set the host's wall clock wrong by so much; the performance clock runs on."""
        self._host.clock.skew_seconds = seconds

    def order_fault(self, kind: str, times: int = 1) -> None:
        """Refuse the next requests; see `devstack.hyperv.disturbances.FAULTS` for the kinds."""
        self._host.disturbances.order_fault(kind, times)

    def order_cuts(self, times: int = 1) -> None:
        """Cut the connection in the middle of the next answers."""
        self._host.disturbances.order_cuts(times)

    def slow_down(self, seconds: float) -> None:
        """Delay every answer; beyond a request's own time limit it gets the timeout fault."""
        self._host.disturbances.slow_down(seconds)

    def weaken_rights(self, weak: bool = True) -> None:
        """Let every query find nothing, as for an account without Hyper-V rights."""
        self._host.disturbances.weaken_rights(weak)

    def set_limits(self, **limits: float) -> None:
        """Change WinRM's quotas; names are those of `devstack.hyperv.enumeration.Limits`."""
        for name, value in limits.items():
            if not hasattr(self._host.limits, name):
                raise ChangeRefused(f"no such limit: {name}")
            setattr(self._host.limits, name, value)

    def open_enumerations(self) -> int:
        """How many enumerations clients have left open."""
        return self._host.service.open_enumerations

    def order_http_errors(self, times: int = 1) -> None:
        """Answer the next requests with a bare HTTP 500, which is no SOAP fault."""
        self._host.disturbances.order_http_errors(times)

    def order_garbage(self, times: int = 1) -> None:
        """Answer the next queries with rows whose numbers are words."""
        self._host.disturbances.order_garbage(times)

    def order_lost_logins(self, times: int = 1) -> None:
        """Refuse the next requests of connections that are logged in, as when the login has expired."""
        self._host.disturbances.order_lost_logins(times)

    def deny_namespace(self, namespace: str, denied: bool = True) -> None:
        """Refuse a namespace with the fault for missing rights."""
        self._host.disturbances.deny_namespace(namespace, denied)

    def hide_class(self, class_name: str, hidden: bool = True) -> None:
        """Let a class not exist, as on a build or an edition without it."""
        self._host.disturbances.hide_class(class_name, hidden)

    def renew_certificate(self) -> str:
        """Show another certificate to whoever connects from now on; returns it as PEM.

        Raises:
            ChangeRefused: the host does not speak TLS.
        """
        context = self._host.tls
        if context is None:
            raise ChangeRefused(f"{self._host.name} does not speak TLS")
        with tempfile.TemporaryDirectory(prefix="hyperv-") as folder:
            certificate = kept_certificate(Path(folder))
            context.load_cert_chain(certificate.path, certificate.key_path)
            return certificate.path.read_text()

    def hide_counter(self, class_name: str, property_name: str) -> None:
        """Let a counter class lack a property for good."""
        self._host.hide_counter(class_name, property_name)
